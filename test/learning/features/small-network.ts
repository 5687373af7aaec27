import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import type { LoadedModel } from '../../../src/learning/tfjs-layers/network.js';
import { asModelFiles, plainTfjs, randomizeWeights } from '../support/tfjs.js';

/** A network of a few layers with two cut points worth having: `relu`, a picture, and `pool`, a vector. */
export async function smallNetwork(): Promise<LoadedModel> {
  const tf = await plainTfjs();
  const network = tf.sequential({
    name: 'small',
    layers: [
      tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 8, kernelSize: 3, strides: 2, name: 'conv' }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.reLU({ name: 'relu' }),
      tf.layers.globalAveragePooling2d({ name: 'pool' }),
      tf.layers.dense({ units: 4, name: 'top' }),
    ],
  });
  randomizeWeights(network);
  return loadTfjsLayers(await asModelFiles(network));
}
