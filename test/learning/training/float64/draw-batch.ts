import { createRandom } from '../../../../src/learning/random.js';
import { dropoutMasks } from '../../../../src/learning/training/programs/dropout-masks.js';
import { tensorNames } from '../../../../src/learning/training/programs/tensor-names.js';
import type { TrainableNetwork } from '../../../../src/learning/training/trainable-network.js';
import type { BatchTensors } from './judge-gradients.js';
import { sizeOf } from './tensor64.js';

/** A batch of noise with soft targets, for small networks, and masks for its dropout. */
export function drawBatch(network: TrainableNetwork, rows: number): BatchTensors {
  const random = createRandom(3);
  const draw = (length: number, f: (x: number) => number) =>
    Float32Array.from({ length }, () => f(random.next()));
  const batch: BatchTensors = {
    [tensorNames.inputs]: draw(rows * sizeOf(network.inputShape), (x) => 2 * x - 1),
    [tensorNames.targets]: draw(rows * network.numClasses, (x) => x / network.numClasses),
  };
  for (const { layer, shape, rate } of dropoutMasks(network, rows)) {
    batch[tensorNames.mask(layer)] = draw(sizeOf(shape), (x) => (x < rate ? 0 : 1 / (1 - rate)));
  }
  return batch;
}
