import type { Tensor } from '@tensorflow/tfjs-core';
import { ZooError } from '../../../errors.js';
import { LayerError, type ForwardMode } from '../../layers/layer-kind.js';
import type { NetworkLayer } from '../../tfjs-layers/network.js';
import type { Tf } from '../tensor-program.js';

/**
 * Runs a network's layers in tfjs' operations.
 *
 * @param layers in running order; the first is an input layer.
 * @param input float32 [batch, …inputShape].
 * @param weights by `layer/weight`.
 * @returns what the last layer gives.
 * @throws ZooError TRAINING_LAYER_UNSUPPORTED when a layer cannot run in this mode.
 */
export function forwardNetwork(
  tf: Tf,
  layers: readonly NetworkLayer[],
  input: Tensor,
  weights: ReadonlyMap<string, Tensor>,
  mode: ForwardMode,
): Tensor {
  const outputs = new Map<string, Tensor>();
  let last = input;
  for (const layer of layers) {
    last = layer.kind.inputs === 'none' ? input : forwardLayer(tf, layer, outputs, weights, mode);
    outputs.set(layer.name, last);
  }
  return last;
}

/** What a network is in use: stored statistics, no dropout. */
export const inferenceMode: ForwardMode = {
  batchNormalization: 'stored',
  observe: () => undefined,
  dropoutMask: () => undefined,
};

function forwardLayer(
  tf: Tf,
  layer: NetworkLayer,
  outputs: ReadonlyMap<string, Tensor>,
  weights: ReadonlyMap<string, Tensor>,
  mode: ForwardMode,
): Tensor {
  const { name, kind, config, outputShape } = layer;
  const tensorOf = (map: ReadonlyMap<string, Tensor>, key: string) => {
    const tensor = map.get(key);
    if (tensor === undefined) throw new Error(`layer ${name} reads ${key}, which is not there`);
    return tensor;
  };
  try {
    return kind.forward(
      {
        name,
        config,
        inputs: layer.inbound.map((inbound) => tensorOf(outputs, inbound)),
        outputShape,
        weight: (weight) => tensorOf(weights, `${name}/${weight}`),
        mode,
      },
      tf,
    );
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    throw new ZooError(
      'TRAINING_LAYER_UNSUPPORTED',
      `Layer ${name} (${kind.className}) ${error.message}.`,
      { layer: name, className: kind.className },
      { cause: error },
    );
  }
}
