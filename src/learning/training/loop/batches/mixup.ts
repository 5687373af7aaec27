import { shuffle, type Random } from '../../../random.js';
import type { TrainingBatch } from '../../engines/training-engine.js';
import { drawBeta } from './draw-beta.js';

/**
 * Mixes every picture of a batch, and its target with it, with another of the same batch: the network learns to go
 * evenly from one class to the next. One share is drawn for the whole batch, as the authors' own code does.
 *
 * @param labels int32 [pictures]; rows after them are padding and stay as they are
 * @param alpha of Beta(alpha, alpha), above 0
 * @returns the mixed batch, and for each picture the label that has the larger share in it
 * @see Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018, section 2
 */
export function mixUp(
  batch: TrainingBatch,
  batchSize: number,
  labels: Int32Array,
  alpha: number,
  random: Random,
): { batch: TrainingBatch; labels: Int32Array } {
  const share = drawBeta(alpha, random);
  const partners = shuffle(Int32Array.from(labels.keys()), random);
  const mix = (values: Float32Array) => {
    const width = values.length / batchSize;
    const mixed = values.slice();
    for (let row = 0; row < labels.length; row++) {
      const own = row * width;
      const other = (partners[row] ?? row) * width;
      for (let at = 0; at < width; at++) {
        mixed[own + at] = share * (values[own + at] ?? 0) + (1 - share) * (values[other + at] ?? 0);
      }
    }
    return mixed;
  };
  return {
    batch: { inputs: mix(batch.inputs), targets: mix(batch.targets) },
    labels: share >= 0.5 ? labels : labels.map((_, row) => labels[partners[row] ?? row] ?? 0),
  };
}
