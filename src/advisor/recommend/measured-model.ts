import type { AdvisedCandidate } from '../advice.js';
import type { ModelMeasurements } from '../measurements.js';
import { correctPromise } from '../record/corrections.js';
import type { ProbedCut } from './best-cut.js';
import type { CostInput, JobCost } from './cost/job-cost.js';
import type { DrawnProbe } from './draw-probes.js';
import { expectAccuracy } from './expect-accuracy.js';
import type { AdvisableStrategy, AdvisedModel, RecommendInput } from './recommend-input.js';

/** A candidate that has no place in the order yet. */
export type Unranked = Omit<AdvisedCandidate, 'rank'>;

/** A model that was measured, and everything its candidates are made from. */
export interface MeasuredModel {
  input: RecommendInput;
  advised: AdvisedModel;
  model: ModelMeasurements;
  /** Where its probe is best. */
  cut: ProbedCut;
  /** Whether its probe tells the classes apart. */
  isLearned: boolean;
  /** Its probe as it counts by what it is worth on other data sets: see `drawProbes`; undefined: as it was measured. */
  drawn: DrawnProbe | undefined;
}

/** The accuracy that a family promises on a model, before and after the track record corrected it. */
export function promiseAccuracy(
  { input, advised, model, isLearned, drawn }: MeasuredModel,
  family: string,
): Pick<Unranked, 'accuracy' | 'uncorrected'> {
  const known = input.knowledge.accuracy[family];
  if (known === undefined) return { accuracy: null, uncorrected: null };
  const { dataset } = input.measurements;
  const testPictures = input.data.splits.test.imageCount;
  const uncorrected =
    expectAccuracy(
      { dataset, model, testPictures, isLearned, drawn, weightsDigest: advised.weightsDigest },
      known,
    ) ?? null;
  return {
    uncorrected,
    accuracy: uncorrected === null ? null : correctPromise(uncorrected, input.corrections[family]),
  };
}

/** What the cost formulas start from. */
export function costInput({
  input,
  advised,
  model,
}: Pick<MeasuredModel, 'input' | 'advised' | 'model'>): Omit<CostInput, 'area'> {
  return {
    manifest: advised.manifest,
    model,
    data: input.data,
    threads: input.machine.threads,
    measuredThreads: input.measurements.threads,
    cost: input.knowledge.cost,
  };
}

/** A candidate that cannot be launched or of which nothing is known: it is listed, with the reason, and ranked last. */
export function notEstimated(
  { advised }: Pick<MeasuredModel, 'advised'>,
  strategy: AdvisableStrategy,
  parameters: Record<string, unknown>,
  { reason, warnings = [] }: { reason: string; warnings?: string[] },
): Unranked {
  const layer = parameters['layer'];
  return {
    versionId: advised.versionId,
    strategy: strategy.name,
    strategyVersion: strategy.version,
    parameters,
    layer: typeof layer === 'string' ? layer : null,
    accuracy: null,
    uncorrected: null,
    seconds: null,
    peakMemoryBytes: null,
    storedBytes: null,
    reason,
    warnings,
  };
}

/** Null where a number is none that can be shown or stored. */
export function usableCost({ seconds, peakMemoryBytes, storedBytes }: JobCost): JobCost {
  const positive = (value: number | null) =>
    value !== null && Number.isFinite(value) && value >= 0 ? Math.round(value) : null;
  return {
    seconds: seconds !== null && Object.values(seconds).every(Number.isFinite) ? seconds : null,
    peakMemoryBytes: positive(peakMemoryBytes),
    storedBytes: positive(storedBytes),
  };
}
