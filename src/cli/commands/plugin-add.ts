import { environmentWith, loadConfig } from '../../config.js';
import { addPackage } from '../../plugins/installed/add-package.js';
import type { Output } from '../output/output.js';
import { serverEnvironment, type ServerFlags } from './server-flags.js';

/** `zoo plugin add PACKAGE`: installs a strategy package; servers and workers on this folder see it by themselves. */
export async function addPlugin(output: Output, source: string, flags: ServerFlags): Promise<void> {
  const { plugins } = loadConfig(environmentWith(serverEnvironment(flags)));
  const { strategy, wasThere } = await addPackage(
    { pluginsFolder: plugins.folder, listed: plugins.listed },
    source,
  );
  const { name, version, package: from } = strategy;
  output.document({ strategy, wasThere });
  output.line(
    `${wasThere ? 'Already there' : 'Added'}: the strategy ${name} ${version}, from ${from.name} ${from.version} ` +
      `(digest ${from.digest.slice(0, 12)}).`,
  );
  output.line(strategy.summary);
  if (!wasThere) {
    output.note('Servers and workers that use this plugins folder offer it within seconds.');
  }
}
