import type { LayersModel, Scalar, Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gradientProgram } from '../../../../src/learning/training/programs/gradient-program.js';
import { plainTfjs } from '../../support/tfjs.js';
import { smallResNet, smallVgg } from './architectures.js';
import { feed, trainable } from './trainable.js';

const tf = await plainTfjs();

describe('the gradients of a batch', () => {
  it.each(['frozen', 'training'] as const)(
    "are those of tfjs' own layers with batch normalisation %s",
    async (batchNormalization) => {
      const model = smallResNet();
      const network = await trainable(model, { batchNormalization });
      const program = gradientProgram(network, 4);
      const inputs = feed(program, network);
      const outputs = program.run(tf, inputs);
      const expected = gradientsOfTfjs(model, inputs, batchNormalization === 'training');
      expectClose(outputs['loss'], expected.value);
      const trained = network.weights.filter((weight) => weight.trained);
      expect(trained.length).toBe(Object.keys(expected.grads).length);
      for (const { name } of trained) {
        expectClose(outputs[`gradient/${name}`], expected.grads[name], name);
      }
    },
  );

  it('come with the statistics of the batch where they are trained, and only there', async () => {
    const model = smallResNet();
    const frozen = gradientProgram(await trainable(model), 4);
    const network = await trainable(model, { batchNormalization: 'training' });
    const program = gradientProgram(network, 4);
    const layers = network.layers.filter(({ kind }) => kind.className === 'BatchNormalization');
    const statistics = layers.flatMap(({ name }) => [`statistic/${name}/mean`, `statistic/${name}/variance`]);
    const outputs = program.run(tf, feed(program, network));
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(statistics));
    expect(Object.keys(program.inputs).filter((name) => name.includes('moving'))).toEqual([]);
    expect(
      Object.keys(frozen.run(tf, feed(frozen, network))).filter((n) => n.startsWith('statistic')),
    ).toEqual([]);
  });

  it('of two halves add up to those of the whole', async () => {
    const network = await trainable(smallVgg());
    const [whole, half] = [gradientProgram(network, 4), gradientProgram(network, 2)];
    const inputs = feed(whole, network);
    const part = (first: number) =>
      half.run(
        tf,
        Object.fromEntries(
          Object.entries(inputs).map(([name, tensor]) => [
            name,
            name.startsWith('weight') ? tensor : tf.slice(tensor, first, 2),
          ]),
        ),
      );
    const [all, one, other] = [whole.run(tf, inputs), part(0), part(2)];
    for (const name of Object.keys(all).filter((key) => key === 'loss' || key.startsWith('gradient'))) {
      expectClose(tf.add(one[name] as Tensor, other[name] as Tensor), all[name], name);
    }
  });

  it('are not changed by rows whose targets are zero', async () => {
    const network = await trainable(smallVgg());
    const program = gradientProgram(network, 4);
    const inputs = feed(program, network);
    const targets = tf.mul(inputs['targets'] as Tensor, tf.tensor2d([[1], [1], [1], [0]]));
    const once = program.run(tf, { ...inputs, targets });
    const pictures = inputs['inputs'] as Tensor;
    const other = tf.concat([tf.slice(pictures, 0, 3), tf.mul(tf.slice(pictures, 3, 1), 5)]);
    const again = program.run(tf, { ...inputs, targets, inputs: other });
    for (const name of Object.keys(once).filter((key) => key.startsWith('gradient'))) {
      expect(again[name]?.dataSync()).toEqual(once[name]?.dataSync());
    }
  });

  it('go through the dropout masks', async () => {
    const network = await trainable(smallVgg());
    const program = gradientProgram(network, 2);
    const mask = Object.keys(program.inputs).find((name) => name.startsWith('mask/')) ?? '';
    const inputs = { ...feed(program, network), [mask]: tf.zeros([2, 12]) };
    const outputs = program.run(tf, inputs);
    const kernels = network.weights.filter(({ name }) => name.endsWith('kernel')).map(({ name }) => name);
    for (const name of kernels) {
      expect(tf.max(tf.abs(outputs[`gradient/${name}`] as Tensor)).dataSync()[0], name).toBe(0);
    }
  });

  it('takes in the weights that train, and only on demand the others', async () => {
    const network = await trainable(smallVgg(), { trains: (name) => name.startsWith('dense') });
    const weightsOf = (names: string[]) => names.filter((name) => name.startsWith('weight/'));
    const constants = weightsOf(Object.keys(gradientProgram(network, 2).inputs));
    const all = weightsOf(Object.keys(gradientProgram(network, 2, { frozenWeights: 'inputs' }).inputs));
    expect(constants.length).toBe(4);
    expect(constants.every((name) => name.startsWith('weight/dense'))).toBe(true);
    expect(all.length).toBe(network.weights.length);
  });

  it('leave no tensor behind but the outputs', async () => {
    const network = await trainable(smallResNet(), { batchNormalization: 'training' });
    const program = gradientProgram(network, 2);
    const inputs = feed(program, network);
    const before = tf.memory().numTensors;
    const outputs = tf.tidy(() => program.run(tf, inputs));
    expect(tf.memory().numTensors - before).toBe(Object.keys(outputs).length);
    tf.dispose(outputs);
  });

  it('of nothing are refused', async () => {
    const network = await trainable(smallVgg(), { trains: () => false });
    const program = gradientProgram(network, 2);
    expect(() => program.run(tf, feed(program, network))).toThrow('no weight of the network is trained');
  });
});

function gradientsOfTfjs(model: LayersModel, inputs: Record<string, Tensor>, training: boolean) {
  const trained = model.layers.flatMap((layer) =>
    layer.trainableWeights.map((weight) => ({
      name: `${layer.name}/${weight.originalName.split('/').pop() ?? ''}`,
      weight,
    })),
  );
  const variables = trained.map(({ weight }) => (weight as unknown as { val: Tensor }).val);
  const { value, grads } = tf.variableGrads(() => {
    const logits = model.apply(inputs['inputs'] as Tensor, { training }) as Tensor;
    return tf.neg(tf.sum(tf.mul(inputs['targets'] as Tensor, tf.logSoftmax(logits)))) as Scalar;
  }, variables as never);
  return {
    value,
    grads: Object.fromEntries(
      trained.map(({ name }, index) => [name, grads[(variables[index] as unknown as { name: string }).name]]),
    ),
  };
}

function expectClose(actual: Tensor | undefined, expected: Tensor | undefined, name = ''): void {
  expect(actual?.shape, name).toEqual(expected?.shape);
  const scale = tf.max(tf.abs(expected as Tensor)).dataSync()[0] ?? 0;
  const difference = tf.max(tf.abs(tf.sub(actual as Tensor, expected as Tensor))).dataSync()[0] ?? Infinity;
  // A bias in front of a trained normalisation has no gradient but rounding.
  expect(difference / Math.max(scale, 0.1), name).toBeLessThan(1e-4);
}
