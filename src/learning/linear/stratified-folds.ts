import { createRandom, shuffle } from '../random.js';

/** Which fold of a cross-validation holds each row out. */
export interface StratifiedFolds {
  foldCount: number;
  /** int32 [rows], the fold that holds a row out; −1: always in the training part. */
  foldOfRow: Int32Array;
}

/**
 * Deals the rows of each class to folds in a random order, so that every fold holds about the same share of every
 * class. A class with one row stays in every training part: a classifier cannot name a class it never saw. There are
 * no more folds than rows in the largest class; below two there is nothing to validate on and undefined is returned.
 *
 * @see Kohavi, "A study of cross-validation and bootstrap for accuracy estimation and model selection", 1995
 */
export function dealStratifiedFolds(
  labels: Int32Array,
  numClasses: number,
  folds: number,
  seed: number,
): StratifiedFolds | undefined {
  const rowsOfClass: number[][] = Array.from({ length: numClasses }, () => []);
  labels.forEach((label, row) => rowsOfClass[label]?.push(row));
  const foldCount = Math.min(folds, Math.max(...rowsOfClass.map((rows) => rows.length)));
  if (foldCount < 2) return undefined;
  const random = createRandom(seed);
  const foldOfRow = new Int32Array(labels.length).fill(-1);
  let next = 0;
  for (const rows of rowsOfClass) {
    if (rows.length < 2) continue;
    // Going on where the last class stopped keeps the folds of equal size.
    for (const row of shuffle(rows, random)) foldOfRow[row] = next++ % foldCount;
  }
  return { foldCount, foldOfRow };
}
