/**
 * Holm's correction: p-values of several tests made larger, so that of those below a level no more than that share of
 * whole families holds a false one. Step-down: the smallest is multiplied by the number of tests, the next by one less,
 * and none comes out smaller than one before it. It needs no independence of the tests.
 *
 * @returns adjusted p-values in [0, 1], in the order given.
 * @see Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979
 */
export function adjustByHolm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  order.forEach((test, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[test] as number)));
    adjusted[test] = largest;
  });
  return adjusted;
}
