import { loadAttempts, loadJobMetrics, loadJobs } from '../../jobs/load-jobs.js';
import { strategyCatalogue } from '../../jobs/strategies/strategy-catalogue.js';
import { waitingFor, type WaitingJob } from '../../jobs/strategies/waiting-for.js';
import { candidateBuilds } from '../../jobs/sweep/candidate-builds.js';
import { waitingForSweep } from '../../jobs/sweep/waiting-for-sweep.js';
import { defineLoader, groupedBy, inOrderOf } from '../loader.js';

export const jobById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadJobs(zoo.database, principal, ids), (job) => job.id),
);

export const attemptsByJob = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadAttempts(zoo.database, principal, ids), (attempt) => attempt.jobId),
);

export const metricPointsByJob = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadJobMetrics(zoo.database, principal, ids), (point) => point.jobId),
);

/** What each of the jobs waits for, by one look at the workers. */
export const waitOfJob = defineLoader(async ({ zoo }, jobs: readonly (WaitingJob & { id: string })[]) => {
  const catalogue = await strategyCatalogue(zoo);
  const builds = await candidateBuilds(
    zoo.database,
    jobs.map(({ id }) => id),
  );
  return jobs.map((job) => {
    const ofSweep = builds.filter(({ jobId }) => jobId === job.id);
    return ofSweep.length > 0 ? waitingForSweep(job, ofSweep, catalogue) : waitingFor(job, catalogue);
  });
});
