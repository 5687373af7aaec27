import type { SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { gradientProgram } from '../../../../src/learning/training/programs/gradient-program.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import { plainTfjs, randomizeWeights } from '../../support/tfjs.js';
import { apply, layerCases } from '../../layers/layer-cases.js';
import { runLowered } from '../float64/run-lowered.js';
import { feed, trainable } from './trainable.js';

const tf = await plainTfjs();
const { layers } = tf;

// Of the windows one of each extent, stride and padding. Noise is refused in training, and tfjs does not flatten a
// sequence whose length it was not told.
const cases = layerCases.filter(({ name }) => !/Gaussian|AlphaDropout|on a sequence|window [25]/.test(name));

it.each(cases)('$name, trained: compiled as tfjs runs it', async ({ input = [9, 10, 3], build }) => {
  const source = tf.input({ shape: input });
  // Something in front, so that the layer's gradient by its input counts, and logits behind.
  const before = apply(layers.conv2d({ filters: input[2], kernelSize: 1 }), source);
  const after = build(before) as SymbolicTensor;
  const model = tf.model({
    inputs: source,
    outputs: apply(layers.dense({ units: 3 }), after.rank === 2 ? after : apply(layers.flatten(), after)),
  });
  randomizeWeights(model);
  const network = await trainable(model, { batchNormalization: 'training' });
  const program = gradientProgram(network, 2);
  const inputs = feed(program, network);
  const expected = tf.tidy(() => program.run(tf, inputs));
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
  );
  const compiled = await runLowered(recordProgram(program), values);
  for (const [name, tensor] of Object.entries(expected)) expectClose(compiled[name], tensor, name);
  tf.dispose([inputs, expected]);
});

function expectClose(actual: Float32Array | undefined, expected: Tensor, name: string): void {
  const values = expected.dataSync() as Float32Array;
  expect(actual?.length, name).toBe(values.length);
  // A bias in front of a trained normalisation has no gradient but rounding.
  const scale = values.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  const worst = values.reduce((max, value, i) => Math.max(max, Math.abs(value - (actual?.[i] ?? NaN))), 0);
  expect(worst / scale, name).toBeLessThan(1e-4);
}
