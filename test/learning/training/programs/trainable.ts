import type { LayersModel } from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs-core';
import { loadTfjsLayers } from '../../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { decodeWeight } from '../../../../src/learning/tfjs-layers/stored-weight.js';
import type { LoadedModel } from '../../../../src/learning/tfjs-layers/network.js';
import type { TensorProgram } from '../../../../src/learning/training/tensor-program.js';
import type { TrainableNetwork } from '../../../../src/learning/training/trainable-network.js';
import { asModelFiles, plainTfjs, pseudoRandom } from '../../support/tfjs.js';

const tf = await plainTfjs();

interface Choices {
  batchNormalization?: TrainableNetwork['batchNormalization'];
  /** By `layer/weight`; all by default. */
  trains?(weight: string): boolean;
}

/** A tfjs model as a network to train. Its last layer gives logits. */
export async function trainable(model: LayersModel, choices: Choices = {}): Promise<TrainableNetwork> {
  return trainableOf(await loadTfjsLayers(await asModelFiles(model), { input: { range: [0, 1] } }), choices);
}

export function trainableOf({ layers }: LoadedModel, choices: Choices = {}): TrainableNetwork {
  const { batchNormalization = 'frozen', trains = () => true } = choices;
  return {
    layers,
    inputShape: layers[0]?.outputShape ?? [],
    numClasses: layers.at(-1)?.outputShape[0] ?? 0,
    batchNormalization,
    weights: layers.flatMap((layer) =>
      layer.weights.map((weight) => {
        const name = `${layer.name}/${weight.name}`;
        const isStatistic = weight.name.startsWith('moving_');
        return {
          name,
          layer: layer.name,
          shape: weight.shape,
          value: decodeWeight(weight),
          trained: !isStatistic && trains(name),
          isStatistic,
          learningRateScale: 1,
          decays: weight.name.endsWith('kernel'),
        };
      }),
    ),
  };
}

/** Something for every input of a program: the network's own weights, pseudo-random numbers else. */
export function feed(program: TensorProgram, network: TrainableNetwork): Record<string, Tensor> {
  const weights = new Map(network.weights.map(({ name, value }) => [`weight/${name}`, value]));
  return Object.fromEntries(
    Object.entries(program.inputs).map(([name, { shape }], index) => {
      const drawn = pseudoRandom(tf.util.sizeFromShape(shape), index + 1);
      // Targets, second moments and variances are not negative.
      const values = weights.get(name) ?? (/^(inputs|gradient)/.test(name) ? drawn : drawn.map(Math.abs));
      return [name, tf.tensor(values, shape)];
    }),
  );
}
