import { drawNormal, type Random } from '../../../random.js';

/**
 * A number in [0, 1] from Beta(alpha, alpha): near 0 or 1 for a small alpha, near the middle for a large one.
 *
 * @param alpha above 0
 */
export function drawBeta(alpha: number, random: Random): number {
  const first = drawGamma(alpha, random);
  const second = drawGamma(alpha, random);
  // Both vanish for a tiny alpha; the distribution has then all its mass at the two ends.
  if (first + second === 0) return random.below(2);
  return first / (first + second);
}

/**
 * @see Marsaglia & Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000; section 6 for shapes
 * below 1
 */
function drawGamma(shape: number, random: Random): number {
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = drawNormal(random);
    const cube = (1 + c * normal) ** 3;
    if (cube <= 0) continue;
    if (Math.log(1 - random.next()) < (normal * normal) / 2 + d * (1 - cube + Math.log(cube)))
      return d * cube;
  }
}
