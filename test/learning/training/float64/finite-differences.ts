import { createRandom } from '../../../../src/learning/random.js';
import { norm } from './relative-error.js';

export type Tensors = Record<string, Float64Array>;

/**
 * How far a gradient is from central differences of the function it should belong to, as a share of
 * ‖gradient‖ · ‖direction‖: the worst of some directions that move every number at once and of some that move only one.
 *
 * @param objective computed in double precision.
 * @param at where; what the gradient does not name stays as it is.
 * @param step 1e-5 leaves about 1e-10 of either error, that of the third derivative and that of rounding.
 */
export function differenceError(
  objective: (at: Tensors) => number,
  at: Tensors,
  gradient: Tensors,
  { step = 1e-5, singles = 6 } = {},
): number {
  const length = lengthOf(gradient);
  const errors = directions(gradient, singles).map((direction) => {
    const slope =
      (objective(moved(at, direction, step)) - objective(moved(at, direction, -step))) / (2 * step);
    const expected = Object.entries(direction).reduce(
      (sum, [name, values]) => sum + dot(gradient[name], values),
      0,
    );
    return Math.abs(slope - expected) / (length === 0 ? 1 : length * lengthOf(direction));
  });
  return Math.max(...errors);
}

/** @returns Σ a · b. */
export function dot(a: Float64Array = new Float64Array(), b: Float64Array = new Float64Array()): number {
  if (a.length !== b.length) throw new Error(`${a.length} values meet ${b.length}`);
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
}

/** @param singles directions along one number, of every tensor. */
function directions(like: Tensors, singles: number): Tensors[] {
  const random = createRandom(7);
  const everything = [1, 2, 3].map(() =>
    Object.fromEntries(
      Object.entries(like).map(([name, values]) => [name, values.map(() => 2 * random.next() - 1)]),
    ),
  );
  const single = Object.entries(like).flatMap(([name, values]) =>
    Array.from({ length: Math.min(singles, values.length) }, () => {
      const direction = new Float64Array(values.length);
      direction[random.below(values.length)] = 1;
      return { [name]: direction };
    }),
  );
  return [...everything, ...single];
}

function moved(at: Tensors, direction: Tensors, by: number): Tensors {
  const steps = Object.entries(direction).map(
    ([name, values]) => [name, (at[name] ?? values).map((x, i) => x + by * (values[i] ?? NaN))] as const,
  );
  return { ...at, ...Object.fromEntries(steps) };
}

function lengthOf(tensors: Tensors): number {
  return Math.sqrt(Object.values(tensors).reduce((sum, values) => sum + norm(values) ** 2, 0));
}
