/** A batch that a network ran on. */
export interface RanBatch {
  pictures: number;
  /** Milliseconds, when it was handed over, and when it was done. Several may be under way at once. */
  began: number;
  ended: number;
}

/** Fewer batches say nothing: one of them may have waited for a file. */
const fewestBatches = 3;

/**
 * Pictures a second of a network that is warm, decoding included, which is what a long job sees of it: from the start of the
 * first whole batch to the end of the last one, without the first batch of all, for which the network is compiled, and
 * without what comes before and after a pass.
 *
 * @param batches of a pass
 * @param warmAt milliseconds, when the network was done with its first batch
 * @returns null where there are too few batches to say
 */
export function warmSpeed(batches: readonly RanBatch[], warmAt: number): number | null {
  const warm = batches.filter(({ began }) => began >= warmAt);
  // Smaller ones are left over at the end, or what is computed again of cached features before.
  const largest = Math.max(0, ...warm.map(({ pictures }) => pictures));
  const whole = warm.filter(({ pictures }) => pictures === largest);
  const [first] = whole;
  if (first === undefined || whole.length < fewestBatches) return null;
  // It had to wait for those that were under way.
  const before = batches.filter((one) => one.began < first.began && one.ended < first.ended);
  const from = Math.max(first.began, ...before.map(({ ended }) => ended));
  const took = Math.max(...whole.map(({ ended }) => ended)) - from;
  return (1000 * largest * whole.length) / Math.max(took, 1e-3);
}
