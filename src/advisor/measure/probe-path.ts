import { gridOfC } from '../../learning/linear/choose-c.js';

const grid = gridOfC.softmax;

/**
 * Values of C to compare for a probe, when the best one of a similar problem is known: features are scaled so that a value
 * means the same for any cut, and with more pictures the best one moves little.
 *
 * @param known the best C of the similar problem; undefined: all values are compared
 * @param reach `onwards`: from one value below it, as far as accuracy grows. `around`: its neighbours. `only`: itself.
 */
export function probePath(
  known: number | undefined,
  reach: 'onwards' | 'around' | 'only',
): readonly number[] {
  if (known === undefined) return grid;
  const at = grid.indexOf(known);
  if (at < 0 || reach === 'only') return [known];
  return grid.slice(Math.max(0, at - 1), reach === 'around' ? at + 2 : undefined);
}

/** How many values of a path are likely to be solved: it ends once accuracy falls. */
export function likelyValues(path: readonly number[]): number {
  return path.length === grid.length ? Math.min(5, path.length) : Math.min(3, path.length);
}
