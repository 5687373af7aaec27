import { askedToStop } from '../../asked-to-stop.js';
import { environmentWith, loadConfig } from '../../config.js';
import { startWorker } from '../../worker.js';
import type { Output } from '../output/output.js';
import { serverEnvironment, type ServerFlags } from './server-flags.js';

/** How long running jobs may go on after Ctrl-C before they are given back to the queue. */
const finishJobsWithinMs = 5_000;

/** `zoo worker`: takes jobs until it is asked to stop. @throws ZooError CONFIG_INVALID without DATABASE_URL */
export async function worker(output: Output, flags: ServerFlags): Promise<void> {
  const running = await startWorker(loadConfig(environmentWith(serverEnvironment(flags))));
  const stopped = askedToStop();
  output.document({ worker: running.id });
  output.line(`Worker ${running.id} takes jobs.`);
  await stopped;
  output.note('Closing. Running jobs go back to the queue.');
  await running.close({ finishJobsWithinMs });
}
