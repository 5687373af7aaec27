import { createRandom, shuffle } from '../../../../src/learning/random.js';
import type { OperationCase } from './operation-case.js';
import { sizeOf } from './tensor64.js';

/** Values of a case's tensors: the same on every run, and exact in float32. */
export type DrawnInputs = Record<string, Float32Array>;

/**
 * Draws values that keep their distance: evenly spread over the range and shuffled, so that no two of a tensor are equal and
 * none lies on a kink. Central differences of relu or a maximum would be wrong there.
 */
export function drawInputs({ inputs, indices = {}, range = [-2.0117, 1.9731] }: OperationCase): DrawnInputs {
  const [low, high] = range;
  const drawn: DrawnInputs = {};
  Object.entries(inputs).forEach(([name, shape], i) => {
    drawn[name] = spread(sizeOf(shape), low, high, i + 1);
  });
  Object.entries(indices).forEach(([name, { shape, below }], i) => {
    const random = createRandom(100 + i);
    drawn[name] = Float32Array.from({ length: sizeOf(shape) }, () => random.below(below));
  });
  return drawn;
}

export function spread(length: number, low: number, high: number, seed: number): Float32Array {
  const random = createRandom(seed);
  // A shift of its own for every tensor: two tensors of one shape must not meet in a maximum.
  const shift = 0.3 + 0.4 * random.next();
  const step = (high - low) / length;
  return shuffle(
    Float32Array.from({ length }, (_, place) => low + step * (place + shift)),
    random,
  );
}
