import { planLinearMemory } from '../../../learning/public.js';
import {
  picturesNotMeasured,
  promiseSeconds,
  solveSeconds,
  speedOf,
  type CostInput,
  type JobCost,
} from './job-cost.js';
import { networkPart } from './network-part.js';

const folds = 5;

/**
 * What a linear classifier on features takes: a pass over the test pictures and over training pictures that the advice did
 * not see, the choice of C, and a head to store.
 */
export function linearCost(
  input: CostInput,
  { layer, classifier, family }: { layer: string; classifier: 'svm' | 'softmax'; family: string },
): JobCost {
  const { manifest, data, cost, area } = input;
  const { parameters, featureDim } = networkPart(manifest, undefined, layer);
  const numClasses = data.classes.length;
  const rows = data.splits.train.imageCount;
  const speed = speedOf(input);
  const passes = picturesNotMeasured(input) + data.splits.test.imageCount;
  const { neededBytes } = planLinearMemory(
    { rows, featureDim, numClasses, classifier, foldCount: folds },
    Infinity,
  );
  return {
    seconds:
      speed === null
        ? null
        : promiseSeconds(
            cost.startSeconds.linear + (area * passes) / speed + solveSeconds(input, classifier, featureDim),
            family,
            cost,
          ),
    // The network is held twice, as read and in the engine; features beside their scaled copy, which the plan counts.
    peakMemoryBytes: cost.processBytes + 8 * parameters + 4 * rows * featureDim + neededBytes,
    storedBytes: headBytes(featureDim, numClasses),
  };
}

/** Kernel and bias, float32. */
export const headBytes = (featureDim: number, numClasses: number): number =>
  4 * (featureDim + 1) * numClasses;
