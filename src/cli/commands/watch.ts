import type { CommandContext } from '../command-context.js';
import { followJob } from '../client/follow-job.js';
import { followWait } from '../client/follow-wait.js';
import type { JobEvent } from '../client/job-event.js';
import { ZooError } from '../../errors.js';
import { exitCodes } from '../exit-codes.js';
import { WatchDisplay } from '../output/watch-display.js';

/** How following a job ended: with the job, or because the person stopped following. */
export type WatchEnd = Extract<JobEvent, { __typename: 'JobStateEvent' }> | 'detached';

/** `zoo watch`: follows a job and exits as the job ends. */
export async function watch(context: CommandContext, jobId: string): Promise<void> {
  await followToEnd(context, jobId);
}

/** Follows a job until it ends or the person stops following; the command will exit as the job ended. */
export async function followToEnd(context: CommandContext, jobId: string): Promise<WatchEnd> {
  const end = await watchJob(context, jobId);
  process.exitCode = exitCodeOfEnd(context, jobId, end);
  return end;
}

/** With `--detach`: prints the id of a job that was launched, and how to come back to it. */
export function leaveToItself(
  { output }: CommandContext,
  jobId: string,
  note = `Launched. Follow it: zoo watch ${jobId}`,
): void {
  output.line(jobId);
  output.document({ jobId });
  output.note(note);
}

/** Follows a job until it ends. Ctrl-C stops following, not the job; a second one ends the process at once. */
export async function watchJob(
  context: CommandContext,
  jobId: string,
  options: { quiet?: boolean } = {},
): Promise<WatchEnd> {
  const { connection, output } = context;
  const display = new WatchDisplay(output, options.quiet);
  const detach = new AbortController();
  const onInterrupt = () => {
    process.once('SIGINT', () => process.exit(exitCodes.interrupted));
    detach.abort();
  };
  process.once('SIGINT', onInterrupt);
  let wait: AbortController | undefined;
  try {
    for await (const event of followJob(connection, jobId, detach.signal)) {
      display.show(event);
      if (event.__typename === 'JobStateEvent') {
        wait?.abort();
        wait = event.state === 'QUEUED' ? showWait(context, jobId, display) : undefined;
      }
      if (event.__typename === 'JobStateEvent' && isEnd(event)) return event;
    }
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    wait?.abort();
    display.end();
  }
  if (detach.signal.aborted) return 'detached';
  throw new ZooError('SERVER_ANSWER_UNEXPECTED', 'The log of the job ended before the job did.');
}

/** Shows beside the log what a queued job waits for, until it is aborted. */
function showWait({ connection }: CommandContext, jobId: string, display: WatchDisplay): AbortController {
  const end = new AbortController();
  void (async () => {
    for await (const reason of followWait(connection, jobId, end.signal)) display.showWait(reason);
  })();
  return end;
}

/** Says how it ended and gives the exit code for it. */
function exitCodeOfEnd({ output }: CommandContext, jobId: string, end: WatchEnd): number {
  if (end === 'detached') {
    output.note(
      `\nThe job goes on. Follow it again: zoo watch ${jobId}\nCall it off:           zoo cancel ${jobId}`,
    );
    return exitCodes.interrupted;
  }
  output.note(`The job is ${end.state}.`);
  if (end.state === 'COMPLETED') return exitCodes.ok;
  return end.state === 'CANCELLED' ? exitCodes.jobCancelled : exitCodes.jobFailed;
}

function isEnd(event: Extract<JobEvent, { __typename: 'JobStateEvent' }>): boolean {
  return event.state === 'COMPLETED' || event.state === 'FAILED' || event.state === 'CANCELLED';
}
