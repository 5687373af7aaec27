import { loadAttempts, loadJobMetrics, loadJobs } from '../../jobs/load-jobs.js';
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
