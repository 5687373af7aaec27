import { environmentWith, loadConfig } from '../../config.js';
import { askedToStop } from '../../asked-to-stop.js';
import { serve } from '../../serve.js';
import type { Output } from '../output/output.js';
import { serverEnvironment, type ServerFlags } from './server-flags.js';

/** How long running jobs may go on after Ctrl-C before they are given back to the queue. */
const finishJobsWithinMs = 5_000;

/** `zoo serve`: runs a server until it is asked to stop. The log goes to standard error, what a person needs to standard output. */
export async function serveZoo(output: Output, flags: ServerFlags): Promise<void> {
  const config = loadConfig(environmentWith(serverEnvironment(flags)));
  const running = await serve(config);
  // Before anyone hears that the zoo is open: they may stop it right then.
  const stopped = askedToStop();
  const { url, adminToken } = running;
  output.document({ url, adminToken });
  output.line(`The zoo is open at ${url} (GraphiQL: ${url}/graphql).`);
  if (adminToken !== undefined) {
    output.line('');
    output.line('This is the first start. The admin token is shown this once; only its hash is kept:');
    output.line('');
    output.line(`  ${adminToken}`);
    output.line('');
    output.line(`Save it for the command line, which asks for it: zoo login --url ${url}`);
  }
  await stopped;
  output.note('Closing. Running jobs go back to the queue.');
  await running.close({ finishJobsWithinMs });
}
