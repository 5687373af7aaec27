import type { JobState } from '../../zoo/job-types.js';
import type { StrategyCatalogue } from './strategy-catalogue.js';
import { unmetByWorker } from './worker-ability.js';

/** What of a job says which worker it needs. */
export interface WaitingJob {
  state: JobState;
  strategy: string | null;
  strategyVersion: string | null;
  strategyPackage: string | null;
  strategyPackageVersion: string | null;
  strategyDigest: string | null;
}

/** What a queued job waits for, where no living worker could run it; null when one can, or the job does not wait. */
export function waitingFor(job: WaitingJob, catalogue: StrategyCatalogue): string | null {
  if (job.state !== 'QUEUED') return null;
  if (catalogue.workers.length === 0) return 'No worker is alive; start one with `zoo worker`.';
  if (job.strategy === null) return null;
  const entry = catalogue.find(
    job.strategy,
    job.strategyVersion ?? undefined,
    job.strategyDigest ?? undefined,
  );
  if (entry !== undefined && entry.able.length > 0) return null;
  const build = describeBuild(job);
  if (entry === undefined || entry.holders.length === 0) {
    return `No worker that is alive has ${build}.${othersOf(job, catalogue)}`;
  }
  const { needs } = entry.announcement;
  const unmet = new Set(entry.holders.flatMap((worker) => unmetByWorker(needs, worker)));
  const inOrder = unmetByWorker(needs, { hasGpu: false, jobMemoryBytes: 0 }).filter((need) =>
    unmet.has(need),
  );
  return `No worker that has ${build} has what it needs: ${inOrder.join(', ')}.`;
}

/** `prototypes 1.2.0 of zoo-prototypes 1.2.1 (digest 0123456789ab)`. */
function describeBuild(job: WaitingJob): string {
  const from =
    job.strategyPackage === null || job.strategyDigest === null
      ? ''
      : ` of ${job.strategyPackage} ${job.strategyPackageVersion ?? ''} (digest ${job.strategyDigest.slice(0, 12)})`;
  return `${job.strategy ?? ''} ${job.strategyVersion ?? ''}${from}`;
}

function othersOf(job: WaitingJob, catalogue: StrategyCatalogue): string {
  const others = catalogue
    .versionsOf(job.strategy ?? '')
    .filter(({ able }) => able.length > 0)
    .map(
      ({
        announcement: {
          version,
          package: { digest },
        },
      }) => `${version} (digest ${digest.slice(0, 12)})`,
    );
  return others.length === 0 ? '' : ` Workers have ${others.join(', ')}.`;
}
