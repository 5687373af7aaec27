import type { EntityManager } from 'typeorm';
import { ZooError } from '../../errors.js';
import { SweepCandidate } from '../../zoo/database/entities/index.js';
import { insertFit, type StoredFit } from '../publish/prepare-model-version.js';
import type { AttemptResult, PreparedResult } from '../publish/publish-result.js';
import { bestByValidation, compareCandidates } from './compare-candidates.js';
import { asFineTune } from './run-candidate.js';
import { sweepParameters } from './sweep-parameters.js';

/**
 * Chooses the best of the fitted candidates by their validation accuracy, compares the others with it on the test
 * pictures, and makes versions of the best or of all. The best becomes the newest of them: it is what a name without a
 * number stands for, and what the model's card describes.
 *
 * @throws ZooError SWEEP_NOTHING_FITTED
 */
export async function prepareSweep({ zoo, job }: AttemptResult): Promise<PreparedResult> {
  const { publish } = sweepParameters.parse(job.parameters);
  const fitted = await zoo.database
    .getRepository(SweepCandidate)
    .find({ where: { jobId: job.id, state: 'FITTED' }, order: { ordinal: 'ASC' } });
  const best = bestByValidation(fitted);
  if (best === undefined) throw new ZooError('SWEEP_NOTHING_FITTED', 'No candidate of the sweep was fitted.');
  const comparisons = compareCandidates(fitted, best, job.seed);
  const published = publish === 'ALL' ? [...fitted].sort(worstFirst(best)) : [best];
  return {
    async insert(manager) {
      let newest = '';
      for (const candidate of published) {
        newest = await insertFit(manager, asFineTune(job, candidate), storedFit(candidate));
        await updateCandidate(manager, candidate, { state: 'PUBLISHED', versionId: newest });
      }
      for (const candidate of fitted) {
        const comparison = comparisons.get(candidate.ordinal);
        if (comparison !== undefined) await updateCandidate(manager, candidate, { comparison });
      }
      return { modelVersionId: newest };
    },
  };
}

/** The best last, whatever ties with it. */
function worstFirst(best: SweepCandidate) {
  const worth = (candidate: SweepCandidate) =>
    candidate.ordinal === best.ordinal ? 2 : (candidate.validation?.accuracy ?? 0);
  return (a: SweepCandidate, b: SweepCandidate) => worth(a) - worth(b) || b.ordinal - a.ordinal;
}

/** It was written by `settleCandidate` and by nobody else. */
function storedFit({ fit }: SweepCandidate): StoredFit {
  if (fit === null) throw new Error('a fitted candidate has nothing to publish');
  return fit as StoredFit;
}

async function updateCandidate(
  manager: EntityManager,
  { jobId, ordinal }: SweepCandidate,
  changes: Partial<Pick<SweepCandidate, 'state' | 'versionId' | 'comparison'>>,
): Promise<void> {
  await manager.update(SweepCandidate, { jobId, ordinal }, changes);
}
