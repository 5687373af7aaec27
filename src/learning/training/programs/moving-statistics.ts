import type { Tensor } from '@tensorflow/tfjs-core';
import type { NetworkLayer } from '../../tfjs-layers/network.js';
import type { TensorSpec, Tf } from '../tensor-program.js';
import type { TrainableNetwork } from '../trainable-network.js';
import { tensorNames } from './tensor-names.js';

/** A stored statistic of a layer and the moment of the batch that it follows. */
interface Following {
  weight: string;
  shape: number[];
  batch: string;
  momentum: number;
}

/** The inputs that moving the stored statistics takes; none where they stay. */
export function statisticInputs(network: TrainableNetwork): Record<string, TensorSpec> {
  return Object.fromEntries(
    followings(network).flatMap(({ weight, shape, batch }) => [
      [tensorNames.weight(weight), { shape, dtype: 'float32' } as const],
      [batch, { shape, dtype: 'float32' } as const],
    ]),
  );
}

/**
 * The stored statistics after a batch: momentum · stored + (1 − momentum) · batch. The variance goes in as the batch was
 * normalised by it, divided by the number of values and not by one less.
 *
 * @see Keras 3, `keras/src/layers/normalization/batch_normalization.py`, `call`
 */
export function moveStatistics(
  tf: Tf,
  network: TrainableNetwork,
  get: (name: string) => Tensor,
): Record<string, Tensor> {
  return Object.fromEntries(
    followings(network).map(({ weight, batch, momentum }) => {
      const name = tensorNames.weight(weight);
      return [name, tf.add(tf.mul(get(name), momentum), tf.mul(get(batch), 1 - momentum))];
    }),
  );
}

function followings(network: TrainableNetwork): Following[] {
  if (network.batchNormalization !== 'training') return [];
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  return network.weights
    .filter(({ isStatistic }) => isStatistic)
    .map(({ name, layer, shape }) => ({
      weight: name,
      shape,
      batch: tensorNames.statistic(layer, name.endsWith('moving_mean') ? 'mean' : 'variance'),
      momentum: momentumOf(layers.get(layer)),
    }));
}

/**
 * Networks made for millions of steps say 0.999 (MobileNetV2 in Keras), and after the few hundred of a fine-tune the stored
 * statistics would still be mostly those from before: far from what the weights were trained with, and at random weights
 * worthless. A tenth of each batch is what PyTorch takes by default.
 *
 * @see Wu & Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3: averages that lag behind the weights
 */
const largestMomentum = 0.9;

/** The layer's own, where it forgets quickly enough for the trainings here. */
function momentumOf(layer: NetworkLayer | undefined): number {
  const { momentum } = (layer?.config ?? {}) as { momentum?: unknown };
  return typeof momentum === 'number' ? Math.min(momentum, largestMomentum) : largestMomentum;
}
