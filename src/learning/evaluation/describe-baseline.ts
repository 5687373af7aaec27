import type { Baseline } from '../evaluation.js';

/** What a comparison with the baseline comes to, in words: `better than … by more than noise`. */
export function describeBaseline({ accuracy, difference, differenceInterval, ...rest }: Baseline): string {
  const { layer, pValue, verdict } = rest;
  const [low, high] = differenceInterval.map(points);
  const figures =
    `${points(difference)} points against ${(100 * accuracy).toFixed(1)} %, ` +
    `95 % interval ${low} to ${high}, p ${pValue < 0.001 ? 'below 0.001' : `= ${pValue.toFixed(3)}`}`;
  return `${verdicts[verdict]} a linear classifier on the frozen base (features of ${layer}): ${figures}.`;
}

const verdicts: Record<Baseline['verdict'], string> = {
  BETTER: 'Better, by more than noise, than',
  INDISTINGUISHABLE: 'Not distinguishable from',
  WORSE: 'Worse, by more than noise, than',
};

const points = (fraction: number): string =>
  `${fraction > 0 ? '+' : fraction < 0 ? '−' : '±'}${Math.abs(100 * fraction).toFixed(1)}`;
