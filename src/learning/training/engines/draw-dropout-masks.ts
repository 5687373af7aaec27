import { createRandom } from '../../random.js';
import { deriveSeed, stream } from '../derive-seed.js';
import type { DropoutMask } from '../programs/dropout-masks.js';
import { tensorNames } from '../programs/tensor-names.js';

/**
 * The dropout masks of one step. They follow from seed, step and the layer's place alone, so every engine draws the
 * same, and a resumed training draws what the uninterrupted one would have.
 *
 * @param step steps done before.
 * @returns float32 by the programs' names: 0 where a value is dropped, else 1 / (1 − rate).
 * @see Srivastava et al. 2014, "Dropout", section 10 (scaling in training)
 */
export function drawDropoutMasks(
  masks: readonly DropoutMask[],
  seed: number,
  step: number,
): Record<string, Float32Array> {
  return Object.fromEntries(
    masks.map(({ layer, shape, rate }, position) => {
      const random = createRandom(deriveSeed(seed, stream.dropout, step, position));
      const kept = 1 / (1 - rate);
      const mask = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      for (let at = 0; at < mask.length; at++) mask[at] = random.next() < rate ? 0 : kept;
      return [tensorNames.mask(layer), mask];
    }),
  );
}
