import { beforeAll, describe, expect, it } from 'vitest';
import { hashBytes } from '../../../src/learning/sha256.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import type { OptimizerRule } from '../../../src/learning/training/programs/optimizer-rule.js';
import type { LoadedModel } from '../../../src/learning/tfjs-layers/network.js';
import {
  buildTrainableNetwork,
  headOf,
  type TrainablePlan,
} from '../../../src/learning/training/build-trainable-network.js';
import {
  estimateTrainingMemory,
  requireTrainingMemory,
  type PlannedTraining,
} from '../../../src/learning/training/estimate-training-memory.js';
import type { TrainableWeight } from '../../../src/learning/training/trainable-network.js';
import { realModel } from '../support/real-models.js';

let model: LoadedModel;
beforeAll(async () => {
  model = await loadTfjsLayers(realModel('mobilenet_v2'));
});

const build = (changes: Partial<TrainablePlan> = {}) =>
  buildTrainableNetwork({
    model,
    cut: { layer: 'out_relu', pooling: 'average' },
    frozenUpTo: 'block_14_add',
    numClasses: 4,
    head: { weights: new Float32Array(1280 * 4).fill(0.5), bias: Float32Array.of(1, 2, 3, 4) },
    initialization: 'pretrained',
    batchNormalization: 'frozen',
    dropout: 0.2,
    layerDecay: 0.5,
    seed: 1,
    ...changes,
  });

const weightOf = (weights: TrainableWeight[], name: string): TrainableWeight => {
  const weight = weights.find((candidate) => candidate.name === name);
  if (weight === undefined) throw new Error(`no weight ${name}`);
  return weight;
};

const digestOf = ({ value }: TrainableWeight): string =>
  hashBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));

const deviation = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe('a trainable network', () => {
  it('refuses a head that is not for its classes, or not for its features', () => {
    const head = (weights: number, biases: number) => ({
      head: { weights: new Float32Array(weights), bias: new Float32Array(biases) },
    });
    expect(() => build(head(1280 * 3, 3))).toThrow(
      expect.objectContaining({
        code: 'CLASSIFIER_INVALID',
        message: expect.stringMatching(
          /3840 weights and 3 biases.*1280 features and 4 classes need 5120 and 4/,
        ),
      }),
    );
    expect(() => build(head(1024 * 4, 4))).toThrow(expect.objectContaining({ code: 'CLASSIFIER_INVALID' }));
  });

  it('begins behind the frozen prefix and ends in a head that gives logits', () => {
    const { layers, inputShape, weights } = build();
    expect(layers[0]).toMatchObject({ name: 'block_14_add', outputShape: [7, 7, 160] });
    expect(layers[0]?.kind.className).toBe('InputLayer');
    expect(layers[1]?.inbound).toEqual(['block_14_add']);
    expect(inputShape).toEqual([7, 7, 160]);
    expect(layers.slice(-3).map(({ kind }) => kind.className)).toEqual([
      'GlobalAveragePooling2D',
      'Dropout',
      'Dense',
    ]);
    const head = headOf(build());
    expect(weightOf(weights, `${head}/bias`).value).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(weights.some(({ layer }) => layer.startsWith('block_14'))).toBe(false);
  });

  it('moves statistics with batches only, and decays kernels only', () => {
    const { weights } = build();
    expect(weightOf(weights, 'block_15_expand_BN/moving_mean')).toMatchObject({
      trained: false,
      isStatistic: true,
    });
    expect(weightOf(weights, 'block_15_expand_BN/gamma')).toMatchObject({ trained: true, decays: false });
    expect(weightOf(weights, 'block_15_expand/kernel')).toMatchObject({ trained: true, decays: true });
    expect(weightOf(weights, 'block_15_depthwise/depthwise_kernel').decays).toBe(true);
    expect(weightOf(weights, `${headOf(build())}/bias`).decays).toBe(false);
  });

  it('learns the slower the further a block is from the head', () => {
    const { weights } = build();
    const scale = (name: string) => weightOf(weights, name).learningRateScale;
    expect(scale(`${headOf(build())}/kernel`)).toBe(1);
    expect(scale('Conv_1/kernel')).toBe(0.5);
    expect(scale('block_16_project/kernel')).toBe(0.25);
    expect(scale('block_16_expand/kernel')).toBe(0.25);
    expect(scale('block_15_expand/kernel')).toBe(0.125);
  });

  it('takes the whole network where nothing is frozen', () => {
    const { layers, inputShape } = build({ frozenUpTo: undefined, dropout: 0 });
    expect(inputShape).toEqual([224, 224, 3]);
    expect(layers.some(({ name }) => name === 'Conv1')).toBe(true);
  });

  it('refuses to freeze more than there is before the head', () => {
    expect(() => build({ cut: { layer: 'block_12_add', pooling: 'average' } })).toThrow(
      /block_14_add, but the head sits on block_12_add/,
    );
  });
});

describe('random weights', () => {
  const random = (seed: number) => build({ initialization: 'random', head: 'random', seed }).weights;

  it('follow from the seed', () => {
    const [one, again, other] = [random(1), random(1), random(2)];
    expect(one.map(digestOf)).toEqual(again.map(digestOf));
    expect(digestOf(weightOf(one, 'Conv_1/kernel'))).not.toBe(digestOf(weightOf(other, 'Conv_1/kernel')));
    // Of the same shape, but each drawn for itself.
    expect(digestOf(weightOf(one, 'block_15_expand/kernel'))).not.toBe(
      digestOf(weightOf(one, 'block_16_expand/kernel')),
    );
  });

  it('have Glorot’s spread in kernels, one in scales and variances, zero elsewhere', () => {
    const weights = random(1);
    // √(2 / (fan in + fan out)) of a 1 × 1 convolution from 160 to 960 channels.
    expect(deviation(weightOf(weights, 'block_15_expand/kernel').value)).toBeCloseTo(Math.sqrt(2 / 1120), 3);
    // A depthwise kernel of 3 × 3 sees one channel.
    expect(deviation(weightOf(weights, 'block_15_depthwise/depthwise_kernel').value)).toBeCloseTo(
      Math.sqrt(2 / 18),
      2,
    );
    expect(new Set(weightOf(weights, 'block_15_expand_BN/gamma').value)).toEqual(new Set([1]));
    expect(new Set(weightOf(weights, 'block_15_expand_BN/moving_variance').value)).toEqual(new Set([1]));
    expect(new Set(weightOf(weights, 'block_15_expand_BN/moving_mean').value)).toEqual(new Set([0]));
  });

  it('replace the head alone where only the head is to be drawn', () => {
    const { weights } = build({ head: 'random' });
    expect(digestOf(weightOf(weights, 'Conv_1/kernel'))).toBe(
      digestOf(weightOf(build().weights, 'Conv_1/kernel')),
    );
    const kernel = weightOf(weights, `${headOf(build())}/kernel`).value;
    expect(deviation(kernel)).toBeCloseTo(Math.sqrt(2 / 1284), 3);
  });
});

describe('the memory of a training', () => {
  const adamw = {
    kind: 'adamw' as const,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
  };

  const planned: PlannedTraining = { optimizer: adamw, batchSize: 32, threads: 2, isCompiled: true };

  it('grows with the rows alive at once, the optimizer’s slots and the layers that train', () => {
    const network = build({ frozenUpTo: undefined });
    const bytes = (changes: Partial<PlannedTraining>, of = network) =>
      estimateTrainingMemory(of, { ...planned, ...changes }).totalBytes;
    const whole = bytes({ batchSize: 32 });
    expect(bytes({ batchSize: 32, threads: 4 })).toBeGreaterThan(1.5 * whole);
    expect(bytes({ batchSize: 32, isCompiled: false })).toBeGreaterThan(2 * whole);
    const sgd = { kind: 'sgd' as const, momentum: 0, nesterov: false, weightDecay: 0 };
    expect(bytes({ batchSize: 32, optimizer: sgd })).toBeLessThan(whole);
    expect(bytes({ batchSize: 32 }, build())).toBeLessThan(whole / 2);
  });

  it("counts what weights were at the start where a penalty asks, and the slots of a strategy's own optimizer", () => {
    const network = build();
    const trained = network.weights.reduce(
      (sum, weight) => sum + (weight.trained ? weight.value.byteLength : 0),
      0,
    );
    const bytes = (changes: Partial<PlannedTraining>) =>
      estimateTrainingMemory(network, { ...planned, ...changes }).weightBytes;
    expect(bytes({ keepsStart: true }) - bytes({})).toBe(2 * trained);
    const own = (slots: string[]): OptimizerRule => ({
      slots,
      scalars: () => ({}),
      move: (_, { weight, slots: same }) => ({ weight, slots: same }),
    });
    expect(bytes({ optimizer: own(['a', 'b']) })).toBe(bytes({}));
    expect(bytes({ optimizer: own(['a', 'b', 'c']) }) - bytes({})).toBe(4 * trained);
  });

  it('of a compiled training counts only the rows that are alive at once', () => {
    const network = build({ frozenUpTo: undefined });
    const [small, large] = [16, 64].map((batchSize) =>
      estimateTrainingMemory(network, { ...planned, batchSize }),
    );
    expect(large?.activationBytes).toBe(small?.activationBytes);
    // As many as the process was seen to take, and not much more.
    expect(small?.totalBytes).toBeGreaterThan(1.3e9);
    expect(large?.totalBytes).toBeLessThan(2.2e9);
  });

  it('is refused where it is not there, with a batch that would fit', () => {
    const network = build({ frozenUpTo: undefined });
    const estimate = (batchSize: number) => estimateTrainingMemory(network, { ...planned, batchSize });
    const { totalBytes } = estimate(64);
    expect(requireTrainingMemory(estimate, totalBytes, 64).totalBytes).toBe(totalBytes);
    expect(() => requireTrainingMemory(estimate, totalBytes / 2, 64)).toThrow(
      /batchSize of (2|4|8) would fit/,
    );
    expect(() => requireTrainingMemory(estimate, 2 ** 28, 64)).toThrow(/Train fewer layers/);
    expect(() => requireTrainingMemory(estimate, 0, 64)).toThrow(
      expect.objectContaining({ code: 'TRAINING_MEMORY_INSUFFICIENT' }) as Error,
    );
  });
});
