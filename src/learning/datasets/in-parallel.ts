/**
 * Does the work for every item, at most `width` at a time, items in order of their start. The first failure stops the rest
 * and is thrown once what runs has ended.
 */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < items.length && !failed) {
      signal.throwIfAborted();
      const index = next;
      next += 1;
      try {
        await work(items[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  const failure = lanes.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
