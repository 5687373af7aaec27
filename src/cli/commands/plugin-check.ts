import { environmentWith, loadConfig } from '../../config.js';
import {
  checkInstalledPackages,
  checkPackage,
  type CheckedPackage,
} from '../../plugins/installed/check-package.js';
import { exitCodes } from '../exit-codes.js';
import type { Output } from '../output/output.js';
import { serverEnvironment, type ServerFlags } from './server-flags.js';

/** `zoo plugin check [PACKAGE]`: says what is wrong with one package or with all that are installed. Exit code 4 if anything is. */
export async function checkPlugin(
  output: Output,
  source: string | undefined,
  flags: ServerFlags,
): Promise<void> {
  const { plugins } = loadConfig(environmentWith(serverEnvironment(flags)));
  const place = { pluginsFolder: plugins.folder, listed: plugins.listed };
  const checked =
    source === undefined ? await checkInstalledPackages(place) : [await checkPackage(place, source)];
  output.document(checked);
  if (checked.length === 0) output.line('No package is added, and ZOO_PLUGINS lists none.');
  for (const each of checked) report(output, each);
  if (checked.some(({ problems }) => problems.length > 0)) process.exitCode = exitCodes.refused;
}

function report(output: Output, { source, strategy, problems }: CheckedPackage): void {
  if (problems.length === 0) {
    output.line(`ok  ${source}: ${strategy?.name} ${strategy?.version}, contract ${strategy?.contract}`);
    return;
  }
  output.line(`BAD ${source}`);
  for (const { code, message } of problems) output.line(`    ${code}: ${message}`);
}
