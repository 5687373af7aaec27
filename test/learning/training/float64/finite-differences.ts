import { createRandom } from '../../../../src/learning/random.js';
import type { RecordedGraph } from '../../../../src/learning/training/record/recorded-graph.js';
import { interpret } from './interpret.js';
import { norm } from './relative-error.js';

type Tensors = Record<string, Float64Array>;

/**
 * How far a gradient is from central differences of the value, as a share of ‖gradient‖ · ‖direction‖: the worst of some
 * directions that move every input at once and of some that move a single number.
 *
 * The step of 1e-5 leaves about 1e-10 of either error, that of the third derivative and that of rounding.
 */
export function differenceError(
  forward: RecordedGraph,
  inputs: Tensors,
  upstream: Float64Array,
  gradient: Tensors,
): number {
  const step = 1e-5;
  const names = Object.keys(gradient);
  const objective = (direction: Tensors, by: number): number => {
    const moved = { ...inputs };
    for (const name of names) {
      moved[name] = (inputs[name] ?? new Float64Array()).map((x, i) => x + by * (direction[name]?.[i] ?? 0));
    }
    return dot(interpret(forward, moved)['value'] ?? new Float64Array(), upstream);
  };
  const length = Math.sqrt(
    names.reduce((sum, name) => sum + norm(gradient[name] ?? new Float64Array()) ** 2, 0),
  );
  const errors = directions(gradient).map((direction) => {
    const slope = (objective(direction, step) - objective(direction, -step)) / (2 * step);
    const expected = Object.entries(direction).reduce(
      (sum, [name, values]) => sum + dot(gradient[name] ?? new Float64Array(), values),
      0,
    );
    const size = Math.sqrt(Object.values(direction).reduce((sum, values) => sum + norm(values) ** 2, 0));
    return Math.abs(slope - expected) / (length === 0 ? 1 : length * size);
  });
  return Math.max(...errors);
}

function directions(like: Tensors): Tensors[] {
  const random = createRandom(7);
  const everything = [1, 2, 3].map(() =>
    Object.fromEntries(
      Object.entries(like).map(([name, values]) => [name, values.map(() => 2 * random.next() - 1)]),
    ),
  );
  const single = Object.entries(like).flatMap(([name, values]) =>
    Array.from({ length: Math.min(6, values.length) }, () => {
      const direction = new Float64Array(values.length);
      direction[random.below(values.length)] = 1;
      return { [name]: direction };
    }),
  );
  return [...everything, ...single];
}

function dot(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} values meet ${b.length}`);
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
}
