import { logOdds } from '../log-odds.js';
import type { LearningCurve } from '../measurements.js';

/**
 * By how much the gain of another doubling shrinks from one doubling to the next: a linear classifier's error falls with
 * about the root of the number of pictures.
 *
 * @see Mohri, Rostamizadeh & Talwalkar, "Foundations of Machine Learning", 2018, section 3.1
 */
const gainDecay = Math.SQRT1_2;

/**
 * What a probe is expected to gain from training pictures that it has not seen, in log-odds: between the points of the
 * learning curve as the curve has it, and beyond its end with ever smaller steps. Never below 0.
 *
 * @param seen training pictures of the probe
 * @param all those that there are
 */
export function growthOfProbe(curve: LearningCurve | null, seen: number, all: number): number {
  if (curve === null || seen <= 0 || all <= seen) return 0;
  const points = curve.points
    .map(({ pictures, accuracy }) => ({
      doublings: Math.log2(Math.max(1, pictures)),
      value: logOdds(accuracy),
    }))
    .sort((a, b) => a.doublings - b.doublings);
  return Math.max(0, valueAt(points, Math.log2(all)) - valueAt(points, Math.log2(seen)));
}

interface Point {
  /** log2 of the pictures. */
  doublings: number;
  /** Log-odds of the accuracy. */
  value: number;
}

function valueAt(points: readonly Point[], doublings: number): number {
  const last = points.at(-1);
  if (last === undefined) return 0;
  if (doublings >= last.doublings) {
    const beyond = doublings - last.doublings;
    const shrunken = (gainDecay * (1 - gainDecay ** beyond)) / (1 - gainDecay);
    return last.value + Math.max(0, steepness(points.at(-2), last)) * shrunken;
  }
  const next = Math.max(
    1,
    points.findIndex((point) => point.doublings > doublings),
  );
  const [from, to] = [points[next - 1] ?? last, points[next] ?? last];
  return from.value + steepness(from, to) * (doublings - from.doublings);
}

/** Log-odds for a doubling. */
function steepness(from: Point | undefined, to: Point): number {
  return from === undefined || to.doublings <= from.doublings
    ? 0
    : (to.value - from.value) / (to.doublings - from.doublings);
}
