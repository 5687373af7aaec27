import { loadSweepCandidates } from '../../jobs/sweep/load-sweeps.js';
import { defineLoader, groupedBy } from '../loader.js';

export const candidatesBySweep = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadSweepCandidates(zoo.database, principal, ids), ({ jobId }) => jobId),
);
