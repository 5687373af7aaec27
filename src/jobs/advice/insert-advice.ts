import type { EntityManager } from 'typeorm';
import type { Recommendation } from '../../advisor/advice.js';
import type { AdviceMeasurements } from '../../advisor/measurements.js';
import type { Corrections } from '../../advisor/record/corrections.js';
import { storableText } from '../../storable-text.js';
import { Advice, AdviceCandidate } from '../../zoo/database/entities/index.js';
import { storeProfiles } from './profile-rows.js';

/** An advice, ready to be written. */
export interface NewAdvice {
  jobId: string;
  datasetVersionId: string;
  measurements: AdviceMeasurements;
  recommendation: Recommendation;
  corrections: Corrections;
  /** Of each candidate, in their order: its parameters as a job would carry them; null where nobody can say. */
  launchedParameters: readonly (Record<string, unknown> | null)[];
}

/**
 * Writes an advice with its candidates, and what was measured into the profiles of the models, in the caller's transaction,
 * so that it is there whole or not at all.
 */
export async function insertAdvice(manager: EntityManager, advice: NewAdvice): Promise<void> {
  const { jobId, datasetVersionId, measurements, recommendation, corrections } = advice;
  const { scenario, summary, staysLinear, notMeasured, candidates } = recommendation;
  const { id } = await manager.save(
    manager.create(Advice, {
      jobId,
      datasetVersionId,
      scenario,
      summary,
      staysLinear,
      measurements: withoutStatistics(measurements),
      notMeasured,
      corrections,
    }),
  );
  for (const [index, candidate] of candidates.entries()) {
    await manager.insert(AdviceCandidate, {
      ...candidate,
      // What strategies of packages say of themselves is among them.
      reason: storableText(candidate.reason),
      warnings: candidate.warnings.map(storableText),
      adviceId: id,
      launchedParameters: advice.launchedParameters[index] ?? null,
    } as object);
  }
  await storeProfiles(manager, datasetVersionId, measurements.models);
}

/** Thousands of numbers that lie with the profiles. */
function withoutStatistics(measurements: AdviceMeasurements): AdviceMeasurements {
  return {
    ...measurements,
    models: measurements.models.map((model) => ({
      ...model,
      cuts: model.cuts.map((cut) => ({ ...cut, statistics: null })),
    })),
  };
}
