import { advicesOfJobs, loadAdvices, newestAdvicesOfDatasets } from '../../jobs/advice/load-advices.js';
import { transferProfilesOf } from '../../jobs/advice/transfer-profile.js';
import { defineLoader, inOrderOf } from '../loader.js';

export const adviceById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadAdvices(zoo.database, principal, ids), (advice) => advice.id),
);

/** What an ADVICE job answered; null before it has ended, and for other jobs. */
export const adviceByJob = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await advicesOfJobs(zoo.database, principal, ids), (advice) => advice.jobId),
);

export const newestAdviceByDataset = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await newestAdvicesOfDatasets(zoo.database, principal, ids), (advice) => advice.datasetId),
);

export const transferProfileByVersion = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await transferProfilesOf(zoo.database, principal, ids), (profile) => profile.versionId),
);
