import { createRandom, shuffle } from '../random.js';

/** Rows of every class that come first: with two, one can be held out. */
const assured = 2;

/**
 * Rows of a smaller data set with nearly the same share of every class. Subsets are nested: for the same labels and seed a
 * smaller one is the beginning of a larger one. First comes one row of every class, then a second one, so that small
 * classes are there as long as `count` allows; all further ones follow in proportion.
 *
 * @param labels int32 [rows], positions in a list of classes
 * @param count rows wanted; all of them, in the same order, where there are no more
 * @param seed decides which rows and in which order
 * @returns positions in `labels`
 */
export function stratifiedSubset(labels: Int32Array, count: number, seed: number): number[] {
  const random = createRandom(seed);
  const rowsOfClass = new Map<number, number[]>();
  labels.forEach((label, row) => {
    const rows = rowsOfClass.get(label);
    if (rows === undefined) rowsOfClass.set(label, [row]);
    else rows.push(row);
  });
  // In order of the labels, so that only the seed decides, not which class happens to come first.
  const classes = [...rowsOfClass.keys()].sort((a, b) => a - b);
  const inTurn: { row: number; turn: number }[] = [];
  for (const label of shuffle(classes, random)) {
    const rows = shuffle(rowsOfClass.get(label) as number[], random);
    rows.forEach((row, index) =>
      inTurn.push({ row, turn: index < assured ? index - assured : (index + 0.5) / rows.length }),
    );
  }
  // The sort is stable: classes whose turn is the same keep their random order.
  return inTurn
    .sort((a, b) => a.turn - b.turn)
    .slice(0, Math.max(0, count))
    .map(({ row }) => row);
}
