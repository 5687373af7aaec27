import { environmentWith, loadConfig } from '../../config.js';
import { openInstalledStrategies } from '../../plugins/installed/open-installed-strategies.js';
import type { Output } from '../output/output.js';
import { formatTable } from '../output/table.js';
import { serverEnvironment, type ServerFlags } from './server-flags.js';

/** `zoo plugin list`: the strategies of this installation, and the packages that cannot be used. */
export async function listPlugins(output: Output, flags: ServerFlags): Promise<void> {
  const { plugins } = loadConfig(environmentWith(serverEnvironment(flags)));
  const installation = openInstalledStrategies({ pluginsFolder: plugins.folder, listed: plugins.listed });
  const { all, refused } = await installation.current();
  installation.close();
  output.document({
    strategies: all.map(({ announcement, origin }) => ({
      strategy: announcement.name,
      version: announcement.version,
      package: announcement.package,
      contract: announcement.contract,
      state: origin.kind === 'built-in' ? 'built in' : 'ready',
    })),
    refused,
  });
  const rows = all.map(({ announcement: { name, version, contract, package: from }, origin }) => [
    name,
    version,
    origin.kind === 'built-in' ? 'built in' : `${from.name} ${from.version}`,
    from.digest.slice(0, 12),
    contract,
  ]);
  output.line(
    formatTable(
      [
        { heading: 'STRATEGY' },
        { heading: 'VERSION' },
        { heading: 'PACKAGE', shrink: true },
        { heading: 'DIGEST' },
        { heading: 'CONTRACT' },
      ],
      rows,
      process.stdout.columns,
    ),
  );
  for (const { source, code, reason } of refused) {
    output.line('');
    output.line(`Refused: ${source}`);
    output.line(`  ${code}: ${reason}`);
  }
}
