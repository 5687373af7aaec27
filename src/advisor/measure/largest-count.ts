/** The largest whole number from 0 up to a limit for which something holds that stops holding once and for all. 0 always counts. */
export function largestCount(limit: number, holds: (count: number) => boolean): number {
  if (holds(limit)) return limit;
  let low = 0;
  let high = limit;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
