import type { Promised } from '../advice.js';
import { fromLogOdds, logOdds, smoothedShare } from '../log-odds.js';
import { deviationsOf80Percent, normalQuantile } from '../normal-quantile.js';
import type { Outcome } from './outcome.js';

/** What the track record of a zoo says of its own promises, by family. */
export type Corrections = Readonly<Record<string, Correction>>;

export interface Correction {
  /** Outcomes that it rests on. */
  outcomes: number;
  /** Added to the log-odds of what is expected: above 0, results were better than promised. */
  shift: number;
  /** Factor of the interval's width in log-odds: above 1, results lay outside too often. */
  scale: number;
}

/** A family's mean error counts as if it had been zero so many times before. */
const pseudoOutcomesOfShift = 5;

/** Its intervals as if so many results before had been just as wide apart as promised. */
const pseudoOutcomesOfScale = 5;

/** An interval that holds this share is what was promised. */
const promisedShare = 0.8;

/** No interval is narrower, in log-odds either side: of pictures in the hundreds, no test can tell. */
const narrowest = 0.01;

/**
 * Learns from what became of earlier promises: by how much a family was off on average, and by what factor its intervals
 * were too narrow or too wide. Both are drawn towards nothing, the more so the fewer outcomes there are.
 *
 * The error of each outcome is taken against the mean of the others, so that few outcomes do not explain themselves, and the
 * factor is the one that would have held 80 % of them and of five results that were just as promised.
 *
 * @see Efron & Morris, "Stein's Paradox in Statistics", 1977: means of few drawn towards what is known without them
 * @see Lei et al., "Distribution-Free Predictive Inference for Regression", 2018: quantiles of normalised residuals
 */
export function corrections(outcomes: readonly Outcome[]): Corrections {
  const byFamily = new Map<string, Outcome[]>();
  for (const outcome of outcomes.filter(isUsable)) {
    byFamily.set(outcome.family, [...(byFamily.get(outcome.family) ?? []), outcome]);
  }
  return Object.fromEntries([...byFamily].map(([family, ofFamily]) => [family, correctionOf(ofFamily)]));
}

/** What is promised in the light of the track record. */
export function correctPromise(promise: Promised, correction: Correction | undefined): Promised {
  if (correction === undefined) return promise;
  const { shift, scale } = correction;
  const centre = logOdds(promise.value);
  return {
    value: fromLogOdds(centre + shift),
    low: fromLogOdds(centre + shift + scale * (logOdds(promise.low) - centre)),
    high: fromLogOdds(centre + shift + scale * (logOdds(promise.high) - centre)),
  };
}

function correctionOf(outcomes: readonly Outcome[]): Correction {
  // All of 40 pictures right is as near to certain as 40 pictures can tell, and no further.
  const errors = outcomes.map(
    ({ actual, testPictures, uncorrected }) =>
      logOdds(smoothedShare(actual, testPictures)) - logOdds(uncorrected.value),
  );
  const total = errors.reduce((sum, error) => sum + error, 0);
  const count = outcomes.length;
  const normalized = outcomes.map(({ uncorrected }, index) => {
    const error = errors[index] ?? 0;
    const ofOthers = (total - error) / (count - 1 + pseudoOutcomesOfShift);
    return Math.abs(error - ofOthers) / widthTowards(uncorrected, error - ofOthers);
  });
  return {
    outcomes: count,
    shift: total / (count + pseudoOutcomesOfShift),
    scale: Math.max(0.1, quantile([...normalized, ...asPromised], promisedShare)),
  };
}

/** Five results spread as a normal distribution whose 80 % lie within 1 either side. */
const asPromised = Array.from(
  { length: pseudoOutcomesOfScale },
  (_, index) => normalQuantile(0.5 + (index + 0.5) / (2 * pseudoOutcomesOfScale)) / deviationsOf80Percent,
);

/** How far the interval reaches to the side that the error lies on, in log-odds. */
function widthTowards({ value, low, high }: Promised, error: number): number {
  const width = error < 0 ? logOdds(value) - logOdds(low) : logOdds(high) - logOdds(value);
  return Math.max(narrowest, width);
}

/** The least of the values that at least this share, counting one to come, does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = Math.min(sorted.length, Math.ceil(share * (sorted.length + 1)));
  return sorted[position - 1] ?? 1;
}

function isUsable({ actual, uncorrected }: Outcome): boolean {
  return [actual, uncorrected.value, uncorrected.low, uncorrected.high].every(Number.isFinite);
}
