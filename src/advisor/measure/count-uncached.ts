import type { NestedPictures } from './nested-pictures.js';

/** How many of the first n pictures are not among those that are known: entry n. */
export function countUncached({ count, first }: NestedPictures, known: ReadonlySet<string>): Uint32Array {
  const { source } = first(count);
  const counts = new Uint32Array(count + 1);
  for (let place = 0; place < count; place++) {
    counts[place + 1] = (counts[place] ?? 0) + (known.has(source.sha256(place)) ? 0 : 1);
  }
  return counts;
}
