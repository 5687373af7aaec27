import type { Baseline } from '../evaluation.js';
import { pairedBootstrapInterval } from './bootstrap-interval.js';
import { mcnemarMidP } from './mcnemar.js';

/** Below it a difference counts as more than noise. */
const significance = 0.05;

/**
 * Compares two classifiers on the same pictures.
 *
 * @param isRight 1 where the classifier named a picture rightly, else 0
 * @param baselineIsRight the same for what it is compared with
 */
export function compareClassifiers(
  isRight: Uint8Array,
  baselineIsRight: Uint8Array,
  seed: number,
): Pick<Baseline, 'accuracy' | 'difference' | 'differenceInterval' | 'pValue' | 'verdict'> {
  let right = 0;
  let onlyFirst = 0;
  let onlySecond = 0;
  isRight.forEach((first, picture) => {
    const second = baselineIsRight[picture] as number;
    right += second;
    if (first > second) onlyFirst++;
    if (second > first) onlySecond++;
  });
  const pValue = mcnemarMidP(onlyFirst, onlySecond);
  const difference = (onlyFirst - onlySecond) / isRight.length;
  return {
    accuracy: right / isRight.length,
    difference,
    differenceInterval: pairedBootstrapInterval(isRight, baselineIsRight, seed),
    pValue,
    verdict: pValue >= significance ? 'INDISTINGUISHABLE' : difference > 0 ? 'BETTER' : 'WORSE',
  };
}
