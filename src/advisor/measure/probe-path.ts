import { gridOfC } from '../../learning/linear/choose-c.js';

const grid = gridOfC.softmax;

/**
 * Values of C to compare for a probe, when the best one of a similar problem is known: features are scaled so that a value
 * means much the same for any cut and any number of pictures. They start one below it and go on as long as accuracy grows.
 *
 * @param known the best C of the similar problem; undefined: all values are compared
 */
export function probePath(known: number | undefined): readonly number[] {
  const at = known === undefined ? -1 : grid.indexOf(known);
  return at < 0 ? grid : grid.slice(Math.max(0, at - 1));
}

/** How many values of a path are likely to be solved: it ends once accuracy falls. */
export function likelyValues(path: readonly number[]): number {
  return path.length === grid.length ? Math.min(5, path.length) : Math.min(3, path.length);
}
