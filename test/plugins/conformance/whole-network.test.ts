import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, it } from 'vitest';
import { conformanceChecks } from '../../../src/plugins/conformance/index.js';
import { loadPlainModel, savePlainModel } from '../../../src/learning/tfjs-layers/plain-model.js';
import { classMeans, cut, quickStrategy, type Fit } from './quick-strategy.js';

/** Class means as before, but by plain tfjs from pixels to files: the result is a network of its own. */
const fitWholeNetwork: Fit = async (context) => {
  const { classes, signal } = context;
  const tf = await context.tf();
  const pictures = await context.pictures('train');
  const base = await loadPlainModel(tf, await context.baseFiles());
  const pool = tf.layers.globalAveragePooling2d({ name: 'pooled' });
  const features = pool.apply(base.getLayer(cut.layer).output) as SymbolicTensor;
  const backbone = tf.model({ inputs: base.inputs, outputs: features });
  const head = tf.layers.dense({ name: 'head', units: classes.length });
  // Without a name it would be called by how many models there were before it.
  const outputs = head.apply(features) as SymbolicTensor;
  const model = tf.model({ name: 'class-means', inputs: base.inputs, outputs });
  try {
    const { labels, count, height, width, channels } = pictures;
    signal.throwIfAborted();
    const inputs = await pictures.read([...labels.keys()]);
    const data = tf.tidy(() => {
      const batch = tf.tensor4d(inputs, [count, height, width, channels]);
      return (backbone.predict(batch) as ReturnType<typeof tf.tensor2d>).dataSync() as Float32Array;
    });
    const featureDim = data.length / count;
    const { weights, bias } = classMeans({ rows: count, featureDim, data, labels }, classes.length);
    tf.tidy(() => head.setWeights([tf.tensor2d(weights, [featureDim, classes.length]), tf.tensor1d(bias)]));
    return {
      kind: 'whole-network',
      files: await savePlainModel(tf, model),
      activation: 'linear',
      chosen: {},
    };
  } finally {
    head.dispose();
    base.dispose();
  }
};

describe('a strategy that returns a network of its own', () => {
  for (const { name, run } of conformanceChecks(quickStrategy(fitWholeNetwork))) it(name, run);
});
