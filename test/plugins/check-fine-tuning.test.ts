import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../src/learning/model-manifest.js';
import { composeBackbone } from '../../src/learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import type { DataSummary, LinearProbe } from '../../src/plugins/contract.js';
import { chooseDefaults } from '../../src/plugins/fine-tuning/choose-defaults.js';
import { frozenPrefixBefore } from '../../src/learning/cuts/frozen-prefix.js';
import fullRetraining from '../../src/plugins/full-retraining/index.js';
import {
  chooseHead,
  chooseTrainableFrom,
} from '../../src/plugins/partial-fine-tuning/choose-trainable-from.js';
import partialFineTuning from '../../src/plugins/partial-fine-tuning/index.js';
import { validateParameters } from '../../src/plugins/parameters/validate-parameters.js';
import { realModel } from '../learning/support/real-models.js';
import { makeData, makeManifest } from './manifests.js';

let mobileNet: ModelManifest;
beforeAll(async () => {
  const whole = await loadTfjsLayers(realModel('mobilenet_v2'));
  mobileNet = composeBackbone(whole, 'out_relu').model.manifest;
});

const data = makeData([40, 40], 10, 10);

function check(
  strategy: typeof partialFineTuning | typeof fullRetraining,
  parameters: Record<string, unknown> = {},
  base: ModelManifest = mobileNet,
  summary: DataSummary = data,
): { path: string; message: string }[] {
  return strategy.check(base, summary, strategy.parameters.parse(parameters) as never);
}

describe.each([
  { name: 'partial-fine-tuning', strategy: partialFineTuning },
  { name: 'full-retraining', strategy: fullRetraining },
])('$name', ({ name, strategy }) => {
  it('accepts a model and data that go together, with nothing set', () => {
    expect(check(strategy)).toEqual([]);
    expect(check(strategy, { inputSize: 96, learningRate: 'find', batchSize: 80 })).toEqual([]);
  });

  it('gives every reason at once', () => {
    const base: ModelManifest = {
      ...mobileNet,
      inputSizes: { kind: 'pinned', height: 224, width: 224, pinnedBy: 'fc1' },
    };
    const parameters = { inputSize: 96, batchSize: 64, epochs: 2, warmUpEpochs: 2, layer: 'out_rleu' };
    const problems = check(strategy, parameters, base, makeData([20, 0, 20], 0));
    expect(problems.map(({ path }) => path)).toEqual([
      'datasetVersionId',
      'datasetVersionId',
      'parameters.inputSize',
      'datasetVersionId',
      'parameters.layer',
      'parameters.batchSize',
      'parameters.warmUpEpochs',
    ]);
    const text = problems.map(({ message }) => message).join('\n');
    expect(text).toMatch(/Class "class 1" has no training picture/);
    expect(text).toMatch(/no test pictures/);
    expect(text).toMatch(/layer fc1 of the base model accepts pictures of exactly 224 × 224/);
    expect(text).toMatch(new RegExp(`no validation pictures; ${name} needs some`));
    expect(text).toMatch(/layer is "out_rleu", which is no layer.*Did you mean out_relu/);
    expect(text).toMatch(/batchSize is 64, but there are only 40 training pictures/);
    expect(text).toMatch(/warmUpEpochs is 2; 0 or more, and less than the 2 epochs/);
  });

  it('refuses batches too small for batch statistics', () => {
    const [problem] = check(strategy, { batchSize: 2, batchNormalization: 'training' });
    expect(problem).toMatchObject({ path: 'parameters.batchSize' });
    expect(problem?.message).toMatch(/at least 4 pictures/);
  });

  it('says what is accepted instead of a value that is not', () => {
    const parameters = { learningRate: 5, optimizer: 'adagrad', epochs: 0, dropout: 1, views: 'many', lr: 1 };
    const text = validateParameters(strategy as never, parameters)
      .problems?.map(({ message }) => message)
      .join('\n');
    expect(text).toMatch(/learningRate is 5; .* accepts "find" or a number from 1e-7 to 1/);
    expect(text).toMatch(/optimizer is "adagrad"; .* accepts adamw, adam or sgd. The default is "adamw"/);
    expect(text).toMatch(/epochs is 0; .* accepts a whole number from 1 to 1000/);
    expect(text).toMatch(/dropout is 1; .* accepts a number from 0 to 0.9/);
    expect(text).toMatch(/has no parameter lr/);
  });
});

describe('trainableFrom', () => {
  const problemsOf = (trainableFrom: string, more: Record<string, unknown> = {}) =>
    check(partialFineTuning, { trainableFrom, ...more });

  it('has to be a layer, and the nearest names are offered', () => {
    const [problem] = problemsOf('block_13_expnd');
    expect(problem?.path).toBe('parameters.trainableFrom');
    expect(problem?.message).toMatch(/which is no layer of the base model. Did you mean block_13_expand/);
  });

  it('has to leave something to train and something to freeze', () => {
    expect(problemsOf('out_relu')[0]?.message).toMatch(/no layer from there to out_relu.*has parameters/);
    expect(problemsOf('Conv1')[0]?.message).toMatch(/every layer would train.*use full-retraining/);
    expect(problemsOf('block_15_add', { layer: 'block_14_add' })[0]?.message).toMatch(
      /no layer from there to block_14_add/,
    );
    expect(problemsOf('Conv_1_bn')).toEqual([]);
  });

  it('inside a block cuts before the block', () => {
    // block_15 has a branch beside it, so that it cannot be cut between its layers.
    expect(frozenPrefixBefore(mobileNet, 'block_15_project')).toEqual({
      frozenUpTo: 'block_14_add',
      trainableFrom: 'block_15_expand',
    });
  });

  it('cuts where the tensor is smallest', () => {
    // Padding behind the activation adds a row and a column of zeros.
    expect(frozenPrefixBefore(mobileNet, 'block_13_depthwise')).toEqual({
      frozenUpTo: 'block_13_expand_relu',
      trainableFrom: 'block_13_depthwise',
    });
    expect(frozenPrefixBefore(mobileNet, 'block_13_expand')?.frozenUpTo).toBe('block_12_add');
  });

  it('left out follows the number of pictures', () => {
    const choose = (head: string, count: number) => chooseTrainableFrom(mobileNet, head, count)?.frozenUpTo;
    expect(choose('out_relu', 300)).toBe('block_12_add');
    expect(choose('out_relu', 5000)).toBe('block_5_add');
    expect(choose('block_13_expand_relu', 300)).toBe('block_5_add');
    expect(choose('block_13_expand_relu', 5000)).toBe('block_2_add');
  });

  it('meets a head that sits where features serve best by more than noise', () => {
    const probe = (accuracy: number): LinearProbe => ({
      cut: { layer: '', pooling: 'average' },
      weights: new Float32Array(),
      bias: new Float32Array(),
      C: 1,
      crossValidated: { accuracy, standardError: 0.02 },
    });
    const choose = (accuracies: number[]) =>
      accuracies.indexOf(chooseHead(accuracies.map(probe))?.crossValidated?.accuracy ?? 0);
    expect(choose([0.8, 0.7, 0.6])).toBe(0);
    expect(choose([0.7, 0.8, 0.6])).toBe(1);
    expect(choose([0.79, 0.8, 0.6])).toBe(0);
  });

  it('left out is refused where a network has no stages', () => {
    const vectors = makeManifest({
      cutPoints: makeManifest().cutPoints.filter(({ outputShape }) => outputShape.length === 2),
    });
    expect(check(partialFineTuning, {}, vectors)[0]?.message).toMatch(/no stages to choose from/);
  });
});

describe('full-retraining from random weights', () => {
  it('refuses to keep statistics that mean nothing', () => {
    const problems = check(fullRetraining, { initialization: 'random', batchNormalization: 'frozen' });
    expect(problems[0]).toMatchObject({ path: 'parameters.batchNormalization' });
  });
});

describe('defaults', () => {
  const defaults = (trainCount: number, initialization: 'pretrained' | 'random', changes = {}) =>
    chooseDefaults(fullRetraining.parameters.parse(changes), {
      trainCount,
      trainPerClass: [trainCount / 2, trainCount / 2],
      initialization,
    });

  it('show a small data set more often, and trust batch statistics on a large one', () => {
    const small = defaults(100, 'pretrained');
    expect(small.recipe).toMatchObject({ epochs: 30, batchSize: 10, startIsCandidate: true });
    expect(small.setup).toMatchObject({ batchNormalization: 'frozen', layerDecay: 0.9 });
    const large = defaults(20_000, 'pretrained');
    expect(large.recipe).toMatchObject({ epochs: 5, batchSize: 32 });
    expect(large.setup.batchNormalization).toBe('training');
  });

  it('train longer and harder from random weights', () => {
    const { recipe, setup } = defaults(3000, 'random');
    expect(recipe).toMatchObject({ epochs: 67, labelSmoothing: 0.1, startIsCandidate: false });
    expect(recipe.schedule.learningRate).toBe(1e-3);
    expect(setup).toMatchObject({ batchNormalization: 'training', layerDecay: 1, augmentation: 'strong' });
  });

  it('give way to what is set', () => {
    const { recipe, setup } = defaults(3000, 'pretrained', {
      epochs: 3,
      optimizer: 'sgd',
      learningRate: 0.01,
      clipNorm: 0,
      classBalance: 'weights',
    });
    expect(recipe).toMatchObject({ epochs: 3, classWeights: 'balanced', sampling: 'instance-balanced' });
    expect(recipe.schedule.learningRate).toBe(0.01);
    expect(setup.optimizer).toEqual({ kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 });
    expect(setup.clipNorm).toBeUndefined();
  });

  it('draw every class equally often where some have few pictures', () => {
    const sampling = (trainPerClass: number[]) =>
      chooseDefaults(fullRetraining.parameters.parse({}), {
        trainCount: 100,
        trainPerClass,
        initialization: 'pretrained',
      }).recipe.sampling;
    expect(sampling([60, 40])).toBe('instance-balanced');
    expect(sampling([90, 10])).toBe('class-balanced');
  });
});
