import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { errorCodes } from '../../error-codes.js';
import { entryPoint } from '../../entry-points.js';
import { ZooError } from '../../errors.js';
import type { JobError } from '../../zoo/job-types.js';
import type { CheckpointFile } from '../checkpoints/keep-checkpoint.js';
import type { WorkFolder } from '../worker/work-folders.js';
import type { AttemptLimits } from './attempt-limits.js';
import { endLeftovers } from './attempt-processes.js';
import { watchAttempt } from './attempt-watch.js';
import { checkpointTooLarge } from './checkpoint-files.js';
import { childEnvironment } from './child-environment.js';
import { describeDeath } from './describe-end.js';
import { outOfMemory, stderrTooLong, timedOut } from './limit-errors.js';
import { MessageChannel } from './message-channel.js';
import {
  channelFile,
  fromChild,
  limitFile,
  limitReport,
  type FromChild,
  type ToChild,
  type Work,
} from './protocol.js';
import { ReportBudget } from './report-budget.js';
import { StderrTail } from './stderr-tail.js';

/** How the process of an attempt ended. */
export type ChildEnd =
  | { kind: 'completed'; result: Record<string, unknown> }
  /** The work cannot succeed: it said so, ended itself, or ran into a limit. */
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
  /** Flags of Node's permission model; see `fitPermissions`. */
  permissions?: readonly string[];
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
 * Runs one process of an attempt: scrubbed environment, own working folder, own process group, bounded time, memory, disk
 * and reports. Resolves when it is gone with all that it started.
 */
export async function runChild(options: ChildOptions): Promise<ChildEnd> {
  const { folder, limits, signal } = options;
  if (signal.aborted) return { kind: 'stopped' };
  const mark = `${Date.now()}-${process.hrtime.bigint()}`;
  const child = start(options, mark);
  if (child.pid !== undefined) options.onStart?.(child.pid);
  let end: ChildEnd | undefined;
  let grace: NodeJS.Timeout | undefined;

  const kill = (because: ChildEnd) => {
    end ??= because;
    killGroup(child);
  };
  const askToStop = (reason: string, because: ChildEnd) => {
    end ??= because;
    tell({ type: 'abort', reason });
    grace ??= setTimeout(() => killGroup(child), limits.graceMs);
  };
  const stderr = new StderrTail(child.stderr, limits.stderrBytes, () =>
    kill({ kind: 'failed', error: stderrTooLong(limits.stderrBytes) }),
  );
  const limitReports = readLimitReport(child.stdio[limitFile] as Readable | null);
  // What it started may outlive it, and would keep its pipes open.
  const leftovers = once(child, 'exit').then(() => endLeftovers(child.pid ?? -1, mark));
  // It could not be started.
  leftovers.catch(() => undefined);
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  child.on('error', (error) => (end ??= { kind: 'died', error: couldNotStart(error) }));

  const budget = new ReportBudget(limits);
  const receive = (raw: unknown, bytes: number) => {
    const parsed = fromChild.safeParse(raw);
    if (!parsed.success) return askToStop('protocol', { kind: 'failed', error: unintelligible });
    const message = parsed.data;
    if (message.type === 'completed') {
      end ??= { kind: 'completed', result: message.result };
    } else if (message.type === 'failed') {
      // A code of its own invention means nothing to anyone.
      const code = Object.hasOwn(errorCodes, message.code) ? message.code : 'JOB_FAILED';
      end ??= { kind: 'failed', error: { code, message: message.message } };
    } else if (message.type === 'ready') {
      const { memoryBytes, reports, reportBytes } = limits;
      tell({ type: 'start', work: options.work, limits: { memoryBytes, reports, reportBytes } });
    } else {
      // The process counts as well, and ends by itself; one that goes around that is killed.
      if (end === undefined) budget.take(bytes);
      if (message.type === 'checkpoint') takeCheckpoint(message, options);
      else if (end === undefined) options.onReport(message);
    }
  };
  const channel = new MessageChannel(child.stdio[channelFile] as Duplex, {
    onMessage: (raw, bytes) => {
      try {
        receive(raw, bytes);
      } catch (error) {
        if (!(error instanceof ZooError)) throw error;
        kill({ kind: 'failed', error: { code: error.code, message: error.message } });
      }
    },
    onTooLong: () => kill({ kind: 'failed', error: unintelligible }),
  });
  // A child that is gone cannot be told; its exit says the rest.
  const tell = (message: ToChild) => void channel.send(message);

  const onAbort = () => askToStop(String(signal.reason?.reason ?? 'stopped'), { kind: 'stopped' });
  const timeout = setTimeout(
    () => askToStop('timeout', { kind: 'failed', error: timedOut(limits) }),
    Math.min(limits.timeMs, 2 ** 31 - 1),
  );
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const leader = child.pid ?? -1;
  const unwatch = watchAttempt({
    leader,
    mark,
    folders: [folder.output, folder.checkpoints, folder.home],
    limits,
    onPassed: (error) => kill({ kind: 'failed', error }),
  });

  try {
    const [exitCode, exitSignal] = await exited;
    if (stderr.text !== '') options.onStderr(stderr.text);
    const limit = await limitReports;
    if (limit !== undefined && end?.kind !== 'stopped') return { kind: 'failed', error: limit };
    return end ?? describeDeath(exitCode, exitSignal, stderr.text);
  } finally {
    clearTimeout(timeout);
    clearTimeout(grace);
    unwatch();
    signal.removeEventListener('abort', onAbort);
    await leftovers;
  }
}

function start(options: ChildOptions, mark: string): ChildProcess {
  const { folder, limits, permissions = [] } = options;
  const heapMegabytes = Math.max(256, Math.floor(limits.memoryBytes / 1024 ** 2));
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${heapMegabytes}`,
      ...permissions,
      fileURLToPath(entryPoint('jobs/child/attempt-child')),
    ],
    {
      cwd: folder.home,
      env: childEnvironment({ ...options, mark }),
      // A group of its own, so that it can be killed with all it started.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  // Where the system itself runs out of memory, it is to end this process and no other.
  if (process.platform === 'linux' && child.pid !== undefined) {
    void writeFile(`/proc/${child.pid}/oom_score_adj`, '1000').catch(() => undefined);
  }
  return child;
}

function takeCheckpoint(
  { file, sha256, sizeBytes, step }: Extract<FromChild, { type: 'checkpoint' }>,
  { folder, limits, onCheckpoint }: ChildOptions,
): void {
  if (sizeBytes > limits.checkpointBytes) throw checkpointTooLarge(sizeBytes, limits.checkpointBytes);
  onCheckpoint({ path: join(folder.checkpoints, file), sha256, sizeBytes, step });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** What the process's own watch wrote before it killed the process; undefined where it did not. */
async function readLimitReport(stream: Readable | null): Promise<JobError | undefined> {
  let text = '';
  // The strategy can write here as well; nobody has to keep what it writes.
  stream?.on('data', (chunk: Buffer) => (text = (text + chunk.toString('utf8')).slice(0, 1000)));
  stream?.on('error', () => undefined);
  if (stream === null || text === undefined) return undefined;
  await new Promise((resolve) => stream.once('close', resolve));
  const parsed = limitReport.safeParse(parseJson(text));
  return parsed.success ? outOfMemory(parsed.data.usedBytes, parsed.data.limitBytes) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
