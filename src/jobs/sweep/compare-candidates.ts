import { unpackBits } from '../../learning/evaluation/bits.js';
import { compareClassifiers } from '../../learning/evaluation/compare-classifiers.js';
import { adjustByHolm } from '../../learning/evaluation/holm.js';
import type { ComparisonColumn, SweepCandidate } from '../../zoo/database/entities/sweep-candidate.entity.js';

type Fitted = Pick<SweepCandidate, 'ordinal' | 'validation' | 'test' | 'testRight'>;

/** Below it a difference counts as more than noise. */
const significance = 0.05;

/**
 * The candidate with the best validation accuracy; of equal ones the one that ran first, which is the cheaper. The test
 * split has no say: what is chosen on it would look better there than it is.
 */
export function bestByValidation<Candidate extends Pick<Fitted, 'validation'>>(
  candidates: readonly Candidate[],
): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (candidate.validation === null) continue;
    if (best === undefined || candidate.validation.accuracy > (best.validation?.accuracy ?? 0))
      best = candidate;
  }
  return best;
}

/**
 * Every fitted candidate against the best, on the same test pictures: McNemar's test for each, and Holm's correction for
 * all of them.
 *
 * @returns by ordinal; the best itself is not among them.
 */
export function compareCandidates(
  candidates: readonly Fitted[],
  best: Fitted,
  seed: number,
): Map<number, ComparisonColumn> {
  const others = candidates.filter(({ ordinal, test }) => ordinal !== best.ordinal && test !== null);
  const ofBest = rightOf(best);
  const compared = others.map((candidate) => compareClassifiers(rightOf(candidate), ofBest, seed));
  const adjusted = adjustByHolm(compared.map(({ pValue }) => pValue));
  return new Map(
    others.map(({ ordinal }, at) => {
      const { difference, differenceInterval, pValue } = compared[at] as (typeof compared)[number];
      const adjustedPValue = adjusted[at] as number;
      const verdict =
        adjustedPValue >= significance ? 'INDISTINGUISHABLE' : difference > 0 ? 'BETTER' : 'WORSE';
      return [ordinal, { difference, differenceInterval, pValue, adjustedPValue, verdict }];
    }),
  );
}

function rightOf({ test, testRight }: Fitted): Uint8Array {
  const bits = test === null || testRight === null ? undefined : unpackBits(testRight, test.imageCount);
  if (bits === undefined) throw new Error('a fitted candidate does not say which pictures it names rightly');
  return bits;
}
