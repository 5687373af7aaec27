/**
 * The interval, at 95 %, in which a share lies of which so many of so many were seen.
 *
 * @see Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927
 */
export function wilsonInterval(successes: number, trials: number): [low: number, high: number] {
  if (trials === 0) return [0, 1];
  const z = 1.959963984540054;
  const share = successes / trials;
  const centre = share + z ** 2 / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z / (2 * trials)) ** 2);
  const scale = 1 + z ** 2 / trials;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}
