import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageVersion } from '../../package-version.js';
import type { Zoo } from '../../zoo/zoo.js';
import { fillProfiles } from '../advice/fill-profiles.js';
import { BlobCache } from './blob-cache.js';
import { attemptLimits } from '../child/attempt-limits.js';
import { claimJob, findLeftJob, type Claimant, type JobOffer } from '../queue/claim-job.js';
import { jobSignals, waitForQueued } from '../events/job-signals.js';
import { openJobQueue, type JobQueue } from '../queue/queue.js';
import { runAttempt, type AttemptHost } from './run-attempt.js';
import { sweepJobs } from '../queue/sweep-jobs.js';
import { probeEngine } from './probe-engine.js';
import { threadsOfJob } from './threads-of-job.js';
import { WorkFolders } from './work-folders.js';
import { WorkerPresence } from './worker-presence.js';
import { WorkerStrategies } from './worker-strategies.js';

export interface RunningWorker {
  id: string;
  /** Jobs it runs now. */
  readonly busy: number;
  /**
   * Takes no more jobs, lets running ones finish for `finishWithinMs` (0: not at all), gives the rest back so that
   * another worker takes them at once, and says goodbye.
   */
  stop(options?: { finishWithinMs?: number }): Promise<void>;
}

export interface WorkerOptions {
  /** How often the queue is asked when nothing wakes the worker, milliseconds. */
  pollMs?: number;
  /** How often it shows a sign of life, and looks whether strategies were added or removed, milliseconds. */
  beatMs?: number;
  /** How often a worker without work looks for transfer profiles to measure, milliseconds. */
  profileMs?: number;
}

/** Runs a worker in this process: it announces itself, takes jobs and runs each in a process of its own, and sweeps. */
export async function runWorker(
  zoo: Zoo,
  { pollMs = 500, beatMs, profileMs = 15_000 }: WorkerOptions = {},
): Promise<RunningWorker> {
  const id = randomUUID();
  const cacheFolder = join(zoo.config.dataDirectory, 'worker-cache');
  const featureFolder = join(cacheFolder, 'features');
  // Private pictures and models lie in there: for this user alone.
  await mkdir(zoo.config.dataDirectory, { recursive: true, mode: 0o700 });
  await mkdir(featureFolder, { recursive: true });
  const workFolders = new WorkFolders(join(zoo.config.dataDirectory, 'worker-jobs'), id);
  await workFolders.open();

  const halfOfCache = Math.floor(zoo.config.worker.cacheBytes / 2);
  const leaving = new AbortController();
  const stopping = new AbortController();
  const host: AttemptHost = {
    zoo,
    cache: new BlobCache(cacheFolder, zoo.store, halfOfCache),
    workFolders,
    featureFolder,
    featureBytes: halfOfCache,
    stopping: stopping.signal,
  };
  const [queue, engine] = await Promise.all([
    openJobQueue(zoo),
    probeEngine(zoo.config.worker.engine, threadsOfJob(zoo.config)),
  ]);
  if (engine.chosen === undefined)
    zoo.log.error({ reason: engine.failure }, 'no engine trains networks here');
  const ability = {
    hasGpu: engine.chosen?.name === 'tfjs-node-gpu',
    jobMemoryBytes: attemptLimits(zoo.config).memoryBytes,
  };
  const strategies = await WorkerStrategies.open(zoo, ability);
  const presence = new WorkerPresence(
    zoo,
    id,
    {
      version: packageVersion,
      engine: engine.chosen?.name ?? 'none',
      device: engine.chosen?.device ?? engine.failure ?? '',
      ...ability,
    },
    {
      beatMs,
      onBeat: async () => {
        await workFolders.showLife();
        return strategies.changedStock();
      },
    },
  );
  await presence.announce(strategies.stock);

  const running = new Set<Promise<void>>();
  const taking = takeJobs({
    host,
    queue,
    running,
    pollMs,
    look: () => strategies.refresh(),
    claimant: { workerId: id, canRun: (strategy) => strategies.canRun(strategy) },
    signal: leaving.signal,
  });
  const sweeping = sweepRegularly(zoo, leaving.signal);
  const filling = zoo.config.worker.transferProfiles
    ? fillProfiles(zoo, {
        isIdle: () => running.size === 0,
        everyMs: profileMs,
        signal: leaving.signal,
      })
    : undefined;
  const { concurrency } = zoo.config.worker;
  zoo.log.info({ worker: id, concurrency, engine: engine.chosen }, 'worker is ready');

  let stopped: Promise<void> | undefined;
  const stop = async ({ finishWithinMs = 0 }: { finishWithinMs?: number } = {}) => {
    leaving.abort();
    await Promise.all([taking, sweeping, filling]);
    if (running.size > 0 && finishWithinMs > 0) await settledWithin(running, finishWithinMs);
    stopping.abort();
    await Promise.all(running);
    await presence.withdraw().catch((error: unknown) => {
      // The row goes by itself within the hour.
      zoo.log.warn({ err: error }, 'the worker could not say goodbye');
    });
    await queue.close();
    await workFolders.close();
    zoo.log.info({ worker: id }, 'worker has stopped');
  };
  return {
    id,
    get busy() {
      return running.size;
    },
    stop: (options) => (stopped ??= stop(options)),
  };
}

interface Taking {
  host: AttemptHost;
  queue: JobQueue;
  running: Set<Promise<void>>;
  pollMs: number;
  /** Sees what was added or removed: a job of what was just removed is to wait, not to fail. */
  look(): Promise<void>;
  claimant: Claimant;
  signal: AbortSignal;
}

/** Fetches a delivery whenever a slot is free, so that a waiting job is never held by a worker that is busy. */
async function takeJobs({ host, queue, running, pollMs, look, claimant, signal }: Taking): Promise<void> {
  const { zoo } = host;
  const signals = jobSignals(zoo.database);
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  while (!signal.aborted) {
    if (running.size >= zoo.config.worker.concurrency) {
      await Promise.race([...running, aborted]);
      continue;
    }
    let offer: JobOffer | undefined;
    try {
      offer = (await findLeftJob(zoo, claimant)) ?? (await queue.fetch());
      if (offer !== undefined) await look();
      const claimed = offer && (await claimJob(zoo, queue, offer, claimant));
      if (claimed !== undefined) {
        const attempt = runAttempt(host, claimed).finally(() => running.delete(attempt));
        running.add(attempt);
      }
    } catch (error) {
      zoo.log.error({ err: error, job: offer?.jobId }, 'a job could not be taken');
      if (offer?.id !== undefined) await queue.fail(offer, error).catch(() => undefined);
      offer = undefined;
    }
    if (offer === undefined) await waitForQueued(signals, pollMs, signal);
  }
}

async function sweepRegularly(zoo: Zoo, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await sweepJobs(zoo);
    } catch (error) {
      zoo.log.warn({ err: error }, 'the sweep for lost jobs failed; trying again');
    }
    await pause(Math.max(1000, zoo.config.worker.leaseMs / 2), undefined, { signal }).catch(() => undefined);
  }
}

async function settledWithin(running: Set<Promise<void>>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([Promise.all(running), late]);
  clearTimeout(timer);
}
