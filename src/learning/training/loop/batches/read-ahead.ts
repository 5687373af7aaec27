/**
 * Reads numbered items in order, each while the one before is being worked on. Leaving the loop that iterates stops
 * the reading that is under way.
 *
 * @throws what `read` throws; `signal.reason` when aborted
 */
export async function* readAhead<Item>(
  from: number,
  to: number,
  read: (at: number, signal: AbortSignal) => Promise<Item>,
  signal?: AbortSignal,
): AsyncGenerator<Item, void> {
  const left = new AbortController();
  const stop = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const start = (at: number) => {
    const item = read(at, stop);
    // A failure is met when the item's turn comes; until then it is not an unhandled one.
    item.catch(() => undefined);
    return item;
  };
  if (from >= to) return;
  let next = start(from);
  try {
    for (let at = from; at < to; at++) {
      const item = await next.catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
      signal?.throwIfAborted();
      if (at + 1 < to) next = start(at + 1);
      yield item;
    }
  } finally {
    left.abort();
    await next.catch(() => undefined);
  }
}
