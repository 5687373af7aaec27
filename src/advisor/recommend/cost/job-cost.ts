import type { Promised } from '../../advice.js';
import type { ModelMeasurements } from '../../measurements.js';
import type { DataSummary, ModelManifest } from '../../../plugins/plugin.js';
import type { CostKnowledge, SecondsKnowledge } from '../knowledge.js';

/** What a job would take. */
export interface JobCost {
  seconds: Promised | null;
  peakMemoryBytes: number | null;
  storedBytes: number | null;
}

/** What the formulas start from. */
export interface CostInput {
  manifest: ModelManifest;
  model: ModelMeasurements;
  data: DataSummary;
  /** CPU threads of the machine that will run the job. */
  threads: number;
  /** And of the one that `model` was measured on. */
  measuredThreads: number;
  cost: CostKnowledge;
  /** Pixels of the pictures over those of the model's own input size, at which it was measured. */
  area: number;
}

/** Where nothing is known of a family: half to twice. */
const unknownSeconds: SecondsKnowledge = { runs: 0, factor: 1, low: 0.5, high: 2 };

/** Pictures a second of the model's own size through the whole network, on the machine that will run the job; null where none were measured. */
export function speedOf({
  model,
  threads,
  measuredThreads,
}: Pick<CostInput, 'model' | 'threads' | 'measuredThreads'>): number | null {
  const { picturesPerSecond } = model;
  return picturesPerSecond === null ? null : (picturesPerSecond * threads) / measuredThreads;
}

/** Training pictures whose features the advice did not leave in the cache. */
export function picturesNotMeasured({ model, data, area }: CostInput): number {
  const { imageCount } = data.splits.train;
  return area === 1 ? Math.max(0, imageCount - model.pictures) : imageCount;
}

/** Seconds that choosing C and solving take on features of a length. */
export function solveSeconds(
  { data, threads, cost }: CostInput,
  classifier: 'svm' | 'softmax',
  featureDim: number,
): number {
  const rows = data.splits.train.imageCount;
  // With more features than pictures the problem is solved among as many features as pictures.
  const width = Math.min(rows, featureDim + 1);
  const perThread = cost.solveSeconds[classifier] * rows * width * data.classes.length;
  return perThread * (cost.threads / threads);
}

/** A formula's seconds as a promise, by what jobs of the family took over it. */
export function promiseSeconds(
  seconds: number,
  family: string,
  cost: Pick<CostKnowledge, 'seconds'>,
): Promised {
  const { factor, low, high } = cost.seconds[family] ?? unknownSeconds;
  return { value: seconds * factor, low: seconds * low, high: seconds * high };
}
