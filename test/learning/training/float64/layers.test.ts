import type { SymbolicTensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { apply, layerCases, type LayerCase } from '../../layers/layer-cases.js';
import { plainTfjs, randomizeWeights } from '../../support/tfjs.js';
import { trainable } from '../programs/trainable.js';
import { drawBatch } from './draw-batch.js';
import { judgeFormula, judgeGradients } from './judge-gradients.js';

const tf = await plainTfjs();
const { layers } = tf;
const rows = 2;

// Of the windows one of each extent, stride and padding: the operations' own table has the others. Noise is refused in
// training, and tfjs does not flatten a sequence whose length it was not told.
const cases = layerCases.filter(({ name }) => !/Gaussian|AlphaDropout|on a sequence|window [25]/.test(name));

describe('every layer, between a convolution and logits', () => {
  it.each(cases)('$name: gradients are those of its definition, and exact compiled', async (layerCase) => {
    const network = await networkWith(layerCase);
    const batch = drawBatch(network, rows);
    expect(judgeFormula(network, rows, batch)).toBeLessThan(1e-6);
    const [errors] = await judgeGradients(network, rows, batch, [0]);
    expect(errors?.values).toBeLessThan(5e-6);
    expect(errors?.global).toBeLessThan(5e-6);
    expect(errors?.decisions.apart).toBeLessThan(1e-4);
  });
});

function networkWith({ input = [9, 10, 3], build }: LayerCase) {
  const source = tf.input({ shape: input });
  const before = apply(layers.conv2d({ filters: input[2], kernelSize: 1 }), source);
  const after = build(before) as SymbolicTensor;
  const flat = after.rank === 2 ? after : apply(layers.flatten(), after);
  const head = layers.dense({ units: 3 });
  const model = tf.model({ inputs: source, outputs: apply(head, flat) });
  randomizeWeights(model);
  // Logits of some hundreds would make rounding errors of them errors of the probabilities.
  head.setWeights(head.getWeights().map((weight) => tf.mul(weight, 0.02)));
  return trainable(model, { batchNormalization: 'training' });
}
