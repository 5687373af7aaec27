import { environmentWith, loadConfig } from '../../config.js';
import { examine } from '../../doctor/examine.js';
import { exitCodes } from '../exit-codes.js';
import type { Output } from '../output/output.js';
import { serverEnvironment, type ServerFlags } from './server-flags.js';

/** `zoo doctor`: says whether this machine has what a server and a worker need. Exit code 1 where something is missing. */
export async function doctor(output: Output, flags: ServerFlags): Promise<void> {
  const config = loadConfig(environmentWith(serverEnvironment(flags)));
  const findings = await examine(config);
  output.document(findings);
  for (const { what, ok, optional, detail } of findings) {
    const mark = ok ? 'ok ' : optional ? 'no ' : 'BAD';
    output.line(`${mark} ${what.padEnd(13)} ${detail}`);
  }
  if (findings.some((finding) => !finding.ok && !finding.optional)) process.exitCode = exitCodes.failure;
}
