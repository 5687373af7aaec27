import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { releaseLocksOf } from '../../learning/features/file-lock.js';
import type { Job } from '../../zoo/database/entities/index.js';
import type { JobError } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import { attemptLimits } from '../child/attempt-limits.js';
import type { BlobCache } from './blob-cache.js';
import { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.js';
import type { ClaimedJob } from '../queue/claim-job.js';
import { describeFault, isTransient } from '../child/describe-fault.js';
import { endAttempt, type AttemptEnd } from '../queue/end-attempt.js';
import { EventWriter, type AttemptReport } from '../events/event-writer.js';
import type { Fence } from '../events/job-events.js';
import { AttemptStopped, Lease } from '../queue/lease.js';
import { prepareProfile } from '../advice/prepare-advice.js';
import { runAdvice } from '../advice/run-advice.js';
import { prepareImport, type PreparationOptions } from './prepare-work.js';
import { runFineTune } from './run-fine-tune.js';
import { publishResult } from '../publish/publish-result.js';
import { runSweep } from '../sweep/run-sweep.js';
import type { Work } from '../child/protocol.js';
import { runChild, type ChildEnd, type ChildOptions } from '../child/run-child.js';
import { threadsOfJob } from './threads-of-job.js';
import { removeFolder, type WorkFolders } from './work-folders.js';

/** What a worker lends to its attempts. */
export interface AttemptHost {
  zoo: Zoo;
  cache: BlobCache;
  workFolders: WorkFolders;
  featureFolder: string;
  featureBytes: number;
  /** Aborted when the worker stops: attempts give their jobs back. */
  stopping: AbortSignal;
}

/** Runs one process of an attempt; what is left out is as the attempt has it. */
export type RunProcess = (work: Work, options?: ProcessOptions) => Promise<ChildEnd>;

export interface ProcessOptions extends Partial<
  Pick<ChildOptions, 'permissions' | 'folder' | 'signal' | 'onReport' | 'onCheckpoint'>
> {
  /** When its time began, by this machine's monotonic clock; left out: with the attempt. */
  clock?: number;
  /** How long it may take, where that is less than the attempt has left. */
  timeMs?: number;
}

/** One run of a claimed job, from its inputs to its published result. It never throws: whatever happens ends the attempt. */
export async function runAttempt(
  host: AttemptHost,
  { job, fence: number, claimedAtMs }: ClaimedJob,
): Promise<void> {
  const { zoo } = host;
  const fence: Fence = { jobId: job.id, fence: number };
  const log = zoo.log.child({ job: job.id, attempt: number });
  const lease = new Lease(zoo, fence, claimedAtMs);
  const giveBack = () => lease.stop('worker-stopping');
  host.stopping.addEventListener('abort', giveBack);
  if (host.stopping.aborted) giveBack();
  log.info({ kind: job.kind }, 'attempt started');
  try {
    const end = await workAndPublish({ ...host, zoo: { ...zoo, log } }, job, fence, lease);
    if (end !== undefined) await writeEnd(zoo, fence, end);
    log.info(
      { end: end?.kind ?? 'completed', error: end && 'error' in end ? end.error : undefined },
      'attempt ended',
    );
  } catch (error) {
    // The lease runs out and the sweep takes the job back.
    log.error({ err: error }, 'the end of an attempt could not be written');
  } finally {
    host.stopping.removeEventListener('abort', giveBack);
    lease.close();
  }
}

/** @returns undefined when the result was published, or the fence is lost and there is nothing left to say. */
async function workAndPublish(
  host: AttemptHost,
  job: ClaimedJob['job'],
  fence: Fence,
  lease: Lease,
): Promise<AttemptEnd | undefined> {
  const { zoo } = host;
  const limits = attemptLimits(zoo.config);
  const { signal } = lease;
  const events = new EventWriter(zoo, fence, limits, () => lease.stop('lease-lost'));
  const openCheckpoints = () =>
    new CheckpointKeeper(
      zoo,
      fence,
      () => events.flush(false),
      () => lease.stop('lease-lost'),
    );
  const checkpoints = openCheckpoints();
  const fetched = (phase: string, done: number, total: number) =>
    events.add({ type: 'progress', phase, done, total, unit: 'BYTES' });
  const folder = await host.workFolders.create(fence);
  try {
    const threads = threadsOfJob(zoo.config);
    const { memoryBytes, checkpointBytes } = limits;
    const preparation = { ...host, folder, threads, memoryBytes, checkpointBytes, signal, fetched };
    const startedAt = performance.now();
    const run: RunProcess = (work, options = {}) => {
      const { permissions, clock = startedAt, timeMs = limits.timeMs, ...own } = options;
      let processId = 0;
      return runChild({
        work,
        folder,
        threads,
        environment: zoo.config.worker.engine.environment,
        permissions,
        limits: {
          ...limits,
          timeMs: Math.max(1, Math.min(timeMs, limits.timeMs - (performance.now() - clock))),
        },
        signal,
        onStart: (id) => {
          processId = id;
          zoo.log.debug({ processId, work: work.kind }, 'a process of an attempt has started');
        },
        onReport: (report) => events.add(report),
        onCheckpoint: (file) => checkpoints.add(file),
        onStderr: (tail) => zoo.log.warn({ stderr: tail }, 'a process of an attempt wrote to stderr'),
        ...own,
      }).finally(() => releaseLocksOf(processId, join(host.featureFolder, 'locks')));
    };
    const report = (said: AttemptReport) => events.add(said);
    const end =
      job.kind === 'SWEEP'
        ? await runSweep({ job, fence, preparation, run, report, openCheckpoints })
        : await runWork(job, preparation, run);
    await checkpoints.close();
    if (signal.aborted) return stoppedEnd(signal.reason);
    if (end.kind === 'failed') return endedBy(end.error);
    if (end.kind === 'died') return { kind: 'lost', error: end.error };
    if (end.kind === 'stopped') return stoppedEnd(signal.reason);
    events.add({ type: 'progress', phase: 'publishing', done: 0, total: 1 });
    await events.flush(true);
    await publishResult({ zoo, job, fence, folder, result: end.result, signal });
    return undefined;
  } catch (error) {
    if (error instanceof AttemptStopped) return stoppedEnd(error);
    if (signal.aborted) return stoppedEnd(signal.reason);
    zoo.log.error({ err: error }, 'an attempt failed');
    return endedBy(describeFault(error));
  } finally {
    await checkpoints.close();
    await events.close();
    await removeFolder(folder.root);
  }
}

async function runWork(job: Job, options: PreparationOptions, run: RunProcess): Promise<ChildEnd> {
  if (job.kind === 'FINE_TUNE') {
    return runFineTune(job, options, (work, permissions) => run(work, { permissions }));
  }
  if (job.kind === 'ADVICE') return runAdvice(job, options, run);
  if (job.kind === 'TRANSFER_PROFILE') return run(await prepareProfile(job, options));
  return run(await prepareImport(job, options));
}

function endedBy(error: JobError): AttemptEnd {
  return isTransient(error) ? { kind: 'lost', error } : { kind: 'failed', error };
}

function stoppedEnd(cause: unknown): AttemptEnd | undefined {
  const reason = cause instanceof AttemptStopped ? cause.reason : 'lease-lost';
  if (reason === 'cancelled') return { kind: 'cancelled' };
  return reason === 'lease-lost' ? undefined : { kind: 'handed-back', because: reason };
}

/** The database may be away for a moment; the lease bounds how long trying makes sense. */
async function writeEnd(zoo: Zoo, fence: Fence, end: AttemptEnd): Promise<void> {
  for (let pauseMs = 250; ; pauseMs *= 2) {
    try {
      await endAttempt(zoo, fence, end);
      return;
    } catch (error) {
      if (pauseMs > zoo.config.worker.leaseMs / 4) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
