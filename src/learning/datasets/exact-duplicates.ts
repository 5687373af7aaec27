import type { Split } from '../dataset-manifest.js';
import { quoteEntry } from './archive-path.js';
import type { Refusal } from './inspect-picture.js';

/**
 * Refuses pictures that stand in one split more than once, byte for byte: of copies in one class the first is kept, since the
 * others would only weigh it more and leak between folds; where copies have different classes nobody knows which one is
 * right, and none is kept. Copies in different splits stay and are flagged as near-duplicates.
 */
export function refuseExactDuplicates(
  pictures: readonly ({ path: string; label: number; split: Split | null; sha256: string } | undefined)[],
  classes: readonly string[],
  refusals: Map<number, Refusal>,
): void {
  const copies = new Map<string, number[]>();
  for (const [index, picture] of pictures.entries()) {
    if (picture === undefined) continue;
    const key = `${picture.split ?? ''}:${picture.sha256}`;
    copies.set(key, [...(copies.get(key) ?? []), index]);
  }
  for (const [first = 0, ...others] of copies.values()) {
    if (others.length === 0) continue;
    const labels = new Set([first, ...others].map((index) => pictures[index]?.label ?? -1));
    if (labels.size === 1) {
      const reason = `The file equals ${quoteEntry(pictures[first]?.path ?? '')} byte for byte, which is kept.`;
      for (const index of others) refusals.set(index, { code: 'IMAGE_DUPLICATE', reason });
    } else {
      const names = [...labels].map((label) => quoteEntry(classes[label] ?? ''));
      const reason = `The same picture stands under ${names.join(' and ')}; keep the copy whose class is right.`;
      for (const index of [first, ...others]) refusals.set(index, { code: 'IMAGE_LABELS_DIFFER', reason });
    }
  }
}
