/** Steps that are all reported, so that a curve starts with the first batch. */
const firstReports = 10;

/**
 * Chooses which of many steps are reported: the first ten, the last, and between them every n-th, so that about `limit`
 * are, however long a training is.
 *
 * @returns whether to report a step, counted from 1
 */
export function thinReports(total: number, limit: number): (step: number) => boolean {
  const stride = Math.max(1, Math.ceil(total / limit));
  return (step) => step <= firstReports || step % stride === 0 || step === total;
}
