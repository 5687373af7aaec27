/** What random numbers of a training are for: each purpose has a stream of its own. */
export const stream = {
  epochOrder: 0,
  classOrder: 1,
  mixing: 2,
  holdOut: 3,
  dropout: 16,
  initialWeights: 0x1417,
} as const;

/**
 * One seed out of several numbers that are small and near each other, such as a job's seed and an epoch: what is drawn
 * at one place never shifts what is drawn at another, and any place can be reached without drawing what comes before.
 *
 * @see Appleby, MurmurHash3 (its 32-bit finaliser mixes each part in)
 */
export function deriveSeed(...parts: number[]): number {
  let mixed = 0;
  for (const part of parts) {
    mixed = ((mixed ^ part) + 0x9e3779b9) | 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return mixed;
}
