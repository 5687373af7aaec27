import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { OptimizerSpec } from '../../../../src/learning/training/engines/training-engine.js';
import { updateProgram, updateScalars } from '../../../../src/learning/training/programs/update-program.js';
import type {
  TrainableNetwork,
  TrainableWeight,
} from '../../../../src/learning/training/trainable-network.js';
import { plainTfjs, pseudoRandom } from '../../support/tfjs.js';
import { smallResNet } from './architectures.js';
import { feed, trainable } from './trainable.js';

const tf = await plainTfjs();

const weight = (name: string, overrides: Partial<TrainableWeight> = {}): TrainableWeight => ({
  name,
  layer: name.split('/')[0] ?? '',
  shape: [2, 3],
  value: pseudoRandom(6, 7),
  trained: true,
  isStatistic: false,
  learningRateScale: 1,
  decays: true,
  ...overrides,
});
const network = (...weights: TrainableWeight[]): TrainableNetwork => ({
  layers: [],
  inputShape: [],
  numClasses: 1,
  weights,
  batchNormalization: 'frozen',
});
const sgd: OptimizerSpec = { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 };
const adam: OptimizerSpec = { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0 };
const gradientAt = (step: number, index = 0) => tf.tensor2d(pseudoRandom(6, 11 + step * 5 + index), [2, 3]);

/** Runs steps of the program, and gives what its outputs were after the last. */
function run(
  of: TrainableNetwork,
  optimizer: OptimizerSpec,
  options: { steps?: number; clipNorm?: number } = {},
) {
  const program = updateProgram(of, optimizer, options.clipNorm);
  let state: Record<string, Tensor> = Object.fromEntries(
    Object.entries(program.inputs).map(([name, { shape }]) => [name, tf.zeros(shape)]),
  );
  for (const { name, value, shape } of of.weights) state[`weight/${name}`] = tf.tensor(value, shape);
  let outputs: Record<string, Tensor> = {};
  for (let step = 1; step <= (options.steps ?? 1); step++) {
    of.weights.forEach(({ name }, index) => (state[`gradient/${name}`] = gradientAt(step, index)));
    const scalars = { learningRate: 0.1, inverseWeight: 0.5, ...updateScalars(optimizer, step) };
    for (const [name, value] of Object.entries(scalars)) state[name] = tf.scalar(value);
    outputs = program.run(tf, state);
    state = { ...state, ...outputs };
  }
  return outputs;
}

const values = (tensor: Tensor | undefined) => [...(tensor as Tensor).dataSync()];
const expectValues = (actual: Tensor | undefined, expected: number[]) =>
  values(actual).forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 5));

describe('one step of the optimizer', () => {
  it.each<[string, OptimizerSpec, () => Optimizer]>([
    ['SGD', { ...sgd, momentum: 0 }, () => tf.train.sgd(0.1)],
    ['SGD with momentum', sgd, () => tf.train.momentum(0.1, 0.9)],
    ["SGD with Nesterov's momentum", { ...sgd, nesterov: true }, () => tf.train.momentum(0.1, 0.9, true)],
    ['Adam', adam, () => tf.train.adam(0.1, 0.9, 0.99, 1e-6)],
  ])("moves a weight as tfjs' %s does", (_name, spec, create) => {
    const start = weight('dense/kernel');
    const optimizer = create();
    const variable: Variable = tf.variable(tf.tensor(start.value, [2, 3]), true);
    for (let step = 1; step <= 4; step++) {
      optimizer.applyGradients({ [variable.name]: tf.mul(gradientAt(step), 0.5) });
    }
    const outputs = run(network(start), spec, { steps: 4 });
    expectValues(outputs['weight/dense/kernel'], values(variable));
  });

  it('puts weight decay into the gradient of SGD and Adam, and apart from it in AdamW', () => {
    const start = weight('dense/kernel');
    const decayed = values(tf.add(tf.mul(gradientAt(1), 0.5), tf.mul(tf.tensor(start.value, [2, 3]), 0.2)));
    const plain = values(tf.mul(gradientAt(1), 0.5));
    const after = (spec: OptimizerSpec) => run(network(start), spec)['weight/dense/kernel'];
    const by = (change: (gradient: number) => number, from: number[]) =>
      [...start.value].map((w, i) => w - change(from[i] ?? NaN));
    expectValues(
      after({ ...sgd, weightDecay: 0.2 }),
      by((g) => 0.1 * g, decayed),
    );
    // At the first step Adam's means, corrected, are the gradient and its square.
    const firstAdam = (g: number) => (0.1 * g) / (Math.abs(g) + 1e-6);
    expectValues(after({ ...adam, weightDecay: 0.2 }), by(firstAdam, decayed));
    expectValues(
      after({ ...adam, kind: 'adamw', weightDecay: 0.2 }),
      [...start.value].map((w, i) => w - 0.1 * 0.2 * w - firstAdam(plain[i] ?? NaN)),
    );
  });

  it('does not decay what does not decay, and scales the learning rate by the weight', () => {
    const of = network(
      weight('dense/bias', { decays: false }),
      weight('conv/kernel', { learningRateScale: 0.25, decays: false }),
    );
    const outputs = run(of, { ...sgd, weightDecay: 0.2 });
    const moved = (index: number, rate: number) =>
      values(
        tf.sub(tf.tensor(of.weights[index]?.value ?? [], [2, 3]), tf.mul(gradientAt(1, index), 0.5 * rate)),
      );
    expectValues(outputs['weight/dense/bias'], moved(0, 0.1));
    expectValues(outputs['weight/conv/kernel'], moved(1, 0.025));
  });

  it('gives the norm of all gradients of the mean, and scales them down to the limit', () => {
    const of = network(weight('a/kernel'), weight('b/kernel'));
    const norm = Math.hypot(...[0, 1].flatMap((index) => values(tf.mul(gradientAt(1, index), 0.5))));
    const plain = run(of, sgd);
    expectValues(plain['gradientNorm'], [norm]);
    const clipped = run(of, sgd, { clipNorm: norm / 2 });
    expectValues(clipped['gradientNorm'], [norm]);
    expectValues(
      clipped['slot/momentum/a/kernel'],
      values(tf.div(plain['slot/momentum/a/kernel'] as Tensor, 2)),
    );
    const loose = run(of, sgd, { clipNorm: norm * 2 });
    expectValues(loose['weight/b/kernel'], values(plain['weight/b/kernel']));
  });

  it('leaves what is not trained alone', () => {
    const program = updateProgram(network(weight('a/kernel'), weight('b/kernel', { trained: false })), adam);
    expect(Object.keys(program.inputs).filter((name) => name.includes('b/kernel'))).toEqual([]);
  });

  it("lets the stored statistics follow the batch's by a tenth, though the layer's momentum says less", async () => {
    const of = await trainable(smallResNet(), { batchNormalization: 'training' });
    const program = updateProgram(of, sgd);
    const inputs = feed(program, of);
    const outputs = program.run(tf, inputs);
    const statistics = of.weights.filter(({ isStatistic }) => isStatistic);
    expect(statistics.length).toBeGreaterThan(0);
    for (const { name, layer } of statistics) {
      const moment = name.endsWith('mean') ? 'mean' : 'variance';
      const expected = tf.add(
        tf.mul(inputs[`weight/${name}`] as Tensor, 0.9),
        tf.mul(inputs[`statistic/${layer}/${moment}`] as Tensor, 0.1),
      );
      expectValues(outputs[`weight/${name}`], values(expected));
    }
    const frozen = updateProgram({ ...of, batchNormalization: 'frozen' }, sgd);
    expect(Object.keys(frozen.inputs).filter((name) => /statistic|moving/.test(name))).toEqual([]);
  });
});
