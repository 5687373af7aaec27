import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodes } from '../../error-codes.js';
import { entryPoint } from '../../entry-points.js';
import type { JobError } from '../../zoo/job-types.js';
import type { AttemptLimits } from './attempt-limits.js';
import { childEnvironment } from './child-environment.js';
import { fromChild, limitFile, limitReport, type FromChild, type ToChild, type Work } from './protocol.js';
import { StderrTail } from './stderr-tail.js';
import type { WorkFolder } from '../worker/work-folders.js';
import type { CheckpointFile } from '../checkpoints/keep-checkpoint.js';

/** How the process of an attempt ended. */
export type ChildEnd =
  | { kind: 'completed'; result: Record<string, unknown> }
  /** The work cannot succeed: it said so, or ran into a limit. */
  | { kind: 'failed'; error: JobError }
  /** The process died of something that need not happen again. */
  | { kind: 'died'; error: JobError }
  /** `signal` was aborted first. */
  | { kind: 'stopped' };

export interface ChildOptions {
  work: Work;
  folder: WorkFolder;
  threads: number;
  /** What it sees of the worker's environment, beside what every child sees. */
  environment?: Readonly<Record<string, string>>;
  limits: AttemptLimits;
  /** Aborted: the child is asked to stop and killed after `limits.graceMs`. */
  signal: AbortSignal;
  /** It runs, under this process id, which is also that of its group. */
  onStart?(processId: number): void;
  onReport(report: Extract<FromChild, { type: 'progress' | 'metric' | 'log' }>): void;
  /** It wrote a checkpoint. */
  onCheckpoint(file: CheckpointFile): void;
  /** Everything it wrote to stderr, in short, for the worker's own log. */
  onStderr(tail: string): void;
}

/**
 * Runs one attempt's work in a process of its own: scrubbed environment, own working folder, own process group, bounded
 * time and memory. Resolves when the whole group is gone.
 */
export async function runChild(options: ChildOptions): Promise<ChildEnd> {
  const { work, folder, limits, signal } = options;
  if (signal.aborted) return { kind: 'stopped' };
  const child = fork(entryPoint('jobs/child/attempt-child'), {
    cwd: folder.root,
    env: childEnvironment(options),
    // A group of its own, so that it can be killed with all it started.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [`--max-old-space-size=${Math.max(256, Math.floor(limits.memoryBytes / 1024 ** 2))}`],
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const stderr = new StderrTail(child.stderr);
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let end: ChildEnd | undefined;
  let grace: NodeJS.Timeout | undefined;

  const askToStop = (reason: string, because: ChildEnd) => {
    end ??= because;
    tell(child, { type: 'abort', reason });
    grace ??= setTimeout(() => killGroup(child), limits.graceMs);
  };
  const onAbort = () => askToStop(String(signal.reason?.reason ?? 'stopped'), { kind: 'stopped' });
  const timeout = setTimeout(
    () => askToStop('timeout', { kind: 'failed', error: timedOut(limits) }),
    Math.min(limits.timeMs, 2 ** 31 - 1),
  );
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();

  child.on('error', (error) => (end ??= { kind: 'died', error: couldNotStart(error) }));
  child.on('message', (raw) => {
    const parsed = fromChild.safeParse(raw);
    if (!parsed.success) {
      askToStop('protocol', { kind: 'failed', error: unintelligible });
      return;
    }
    const message = parsed.data;
    if (message.type === 'ready') {
      tell(child, { type: 'start', work, memoryLimitBytes: limits.memoryBytes });
    } else if (message.type === 'completed') {
      end ??= { kind: 'completed', result: message.result };
    } else if (message.type === 'failed') {
      // A code of its own invention means nothing to anyone.
      const code = message.code in errorCodes ? message.code : 'JOB_FAILED';
      end ??= { kind: 'failed', error: { code, message: message.message } };
    } else if (message.type === 'checkpoint') {
      const { file, sha256, sizeBytes, step } = message;
      options.onCheckpoint({ path: join(folder.checkpoints, file), sha256, sizeBytes, step });
    } else if (end === undefined) {
      options.onReport(message);
    }
  });

  try {
    const [exitCode, exitSignal] = await exited;
    if (stderr.text !== '') options.onStderr(stderr.text);
    const limit = await readLimitReport(folder);
    if (limit !== undefined && end?.kind !== 'stopped') return { kind: 'failed', error: limit };
    return end ?? { kind: 'died', error: describeDeath(exitCode, exitSignal, stderr.text) };
  } finally {
    clearTimeout(timeout);
    clearTimeout(grace);
    signal.removeEventListener('abort', onAbort);
    // What it started may outlive it.
    killGroup(child);
  }
}

function tell(child: ChildProcess, message: ToChild): void {
  // A child that is gone cannot be told; its exit says the rest.
  if (child.connected) child.send(message, () => undefined);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

async function readLimitReport(folder: WorkFolder): Promise<JobError | undefined> {
  const text = await readFile(join(folder.root, limitFile), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { usedBytes, limitBytes } = limitReport.parse(JSON.parse(text));
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;
  return outOfMemory(`it used ${megabytes(usedBytes)} of at most ${megabytes(limitBytes)}`);
}

function describeDeath(exitCode: number | null, exitSignal: string | null, stderr: string): JobError {
  if (/heap out of memory|Allocation failed/.test(stderr)) return outOfMemory('its heap was full');
  const how = exitSignal === null ? `with exit code ${exitCode}` : `by ${exitSignal}`;
  return { code: 'JOB_PROCESS_DIED', message: `The process of the job ended ${how} and without a result.` };
}

function outOfMemory(how: string): JobError {
  return {
    code: 'JOB_OUT_OF_MEMORY',
    message: `The job needed more memory than it may have: ${how}. Choose a smaller model or cut, or a worker with more memory.`,
  };
}

function timedOut({ timeMs }: AttemptLimits): JobError {
  return {
    code: 'JOB_TIMED_OUT',
    message: `The job ran longer than the ${Math.round(timeMs / 60_000)} minutes an attempt may take; use fewer pictures or raise ZOO_JOB_TIMEOUT_MINUTES.`,
  };
}

function couldNotStart(error: Error): JobError {
  return {
    code: 'JOB_PROCESS_DIED',
    message: `The process of the job could not be started: ${error.message}.`,
  };
}

const unintelligible: JobError = {
  code: 'JOB_FAILED',
  message:
    'The process of the job said something that is no report; its strategy may write to the channel itself.',
};
