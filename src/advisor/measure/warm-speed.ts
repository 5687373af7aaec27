/** A batch that a network ran on. */
export interface RanBatch {
  pictures: number;
  /** Milliseconds, when it was done. */
  at: number;
}

/** Fewer batches after the first say nothing: one of them may have waited for a file. */
const fewestIntervals = 2;

/**
 * Pictures a second between the batches of a pass, which is what a long job sees of it: without the first batch, for which
 * a network is compiled and decoders start, and without what comes before and after. The median over the largest batches.
 *
 * @returns null where there are too few batches to say
 */
export function warmSpeed(batches: readonly RanBatch[]): number | null {
  const largest = Math.max(0, ...batches.slice(1).map(({ pictures }) => pictures));
  const speeds = batches
    .flatMap(({ pictures, at }, place) => {
      const before = batches[place - 1];
      return before === undefined || pictures < largest
        ? []
        : [(1000 * pictures) / Math.max(at - before.at, 1e-3)];
    })
    .sort((a, b) => a - b);
  return speeds.length < fewestIntervals ? null : (speeds[Math.floor(speeds.length / 2)] ?? null);
}
