import { describe, expect, it } from 'vitest';
import type { TrainingState } from '../../../../src/learning/training/engines/training-engine.js';
import { scoreClassifier } from '../../../../src/learning/training/loop/watch/score-classifier.js';
import { trainClassifier } from '../../../../src/learning/training/loop/train-classifier.js';
import { pointClouds } from './point-clouds.js';
import { recipe } from './recipes.js';
import { SoftmaxRegression } from './softmax-regression.js';

const sizes = [40, 40, 40];
const numClasses = sizes.length;
const learner = (options: { batchSize?: number; dropout?: number } = {}) =>
  new SoftmaxRegression({ featureDim: 6, numClasses, batchSize: 16, ...options });
const bytesOf = ({ step, tensors }: TrainingState) => [
  step,
  ...Object.entries(tensors).map(([name, values]) => [name, Buffer.from(values.buffer).toString('hex')]),
];

describe('training', () => {
  it('learns: loss falls and new points are classified', async () => {
    const train = pointClouds({ sizes });
    const validation = pointClouds({ sizes: [20, 20, 20], seed: 2 });
    const outcome = await trainClassifier({
      step: learner(),
      train,
      validation,
      numClasses,
      recipe: recipe(),
      seed: 3,
    });
    expect(outcome.epochsRun).toBe(6);
    expect(outcome.steps).toBe(6 * 8);
    expect(outcome.stoppedBecause).toBe('epochs');
    expect(outcome.validatedOn).toBe('validation');
    const losses = outcome.history.map(({ train: score }) => score?.loss ?? 0);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(outcome.bestValidation?.accuracy).toBeGreaterThan(0.9);
  });

  it('the same seed gives the same bits, another seed others', async () => {
    const train = async (seed: number) => {
      const outcome = await trainClassifier({
        step: learner({ dropout: 0.2 }),
        train: pointClouds({ sizes }),
        numClasses,
        recipe: recipe({ mixupAlpha: 0.2, labelSmoothing: 0.1 }),
        seed,
      });
      return bytesOf(outcome.best);
    };
    expect(await train(3)).toEqual(await train(3));
    expect(await train(3)).not.toEqual(await train(4));
  });

  it('ends with the weights of the best epoch in the step, and its score is theirs', async () => {
    const step = learner();
    const train = pointClouds({ sizes: [6, 6, 6], spread: 1 });
    const validation = pointClouds({ sizes: [30, 30, 30], spread: 1, seed: 2 });
    const outcome = await trainClassifier({
      step,
      train,
      validation,
      numClasses,
      recipe: recipe({ epochs: 40, schedule: { kind: 'constant', learningRate: 0.5, warmupEpochs: 0 } }),
      seed: 1,
    });
    const losses = outcome.history.map(({ validation: score }) => score?.calibratedLoss ?? 0);
    expect(outcome.bestEpoch).toBe(1 + losses.indexOf(Math.min(...losses)));
    expect(outcome.bestEpoch).toBeLessThan(outcome.epochsRun);
    expect(bytesOf(await step.readState())).toEqual(bytesOf(outcome.best));
    const score = await scoreClassifier({ step, data: validation, numClasses, batchSize: 7 });
    expect(score.calibratedLoss).toBeCloseTo(Math.min(...losses), 12);
    expect(score).toEqual(outcome.bestValidation);
  });

  it('stops early when the validation loss no longer falls', async () => {
    const outcome = await trainClassifier({
      step: learner(),
      train: pointClouds({ sizes: [6, 6, 6], spread: 1 }),
      validation: pointClouds({ sizes: [30, 30, 30], spread: 1, seed: 2 }),
      numClasses,
      recipe: recipe({
        epochs: 100,
        schedule: { kind: 'constant', learningRate: 0.5, warmupEpochs: 0 },
        earlyStopping: { patience: 3, minDelta: 0 },
      }),
      seed: 1,
    });
    expect(outcome.stoppedBecause).toBe('early-stopping');
    expect(outcome.epochsRun).toBe(outcome.bestEpoch + 3);
  });

  it('keeps the start where no epoch is better, when the start is a candidate', async () => {
    const train = pointClouds({ sizes });
    const step = learner();
    await trainClassifier({ step, train, validation: train, numClasses, recipe: recipe(), seed: 1 });
    const solved = await step.readState();
    const harmful = { kind: 'constant', learningRate: 30, warmupEpochs: 0 } as const;
    const outcome = await trainClassifier({
      step,
      train,
      validation: train,
      numClasses,
      recipe: recipe({ epochs: 2, schedule: harmful, startIsCandidate: true }),
      seed: 1,
    });
    expect(outcome.bestEpoch).toBe(0);
    expect(outcome.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(outcome.best.tensors['weight/head/kernel']).toEqual(solved.tensors['weight/head/kernel']);
  });

  it('pads a short last batch so that it does not count', async () => {
    // 10 pictures in batches of 8: the second batch has 2 pictures and 6 rows of padding.
    const train = pointClouds({ sizes: [5, 5, 0] });
    const seen: number[] = [];
    const step = learner({ batchSize: 8 });
    const original = step.step.bind(step);
    step.step = (batch, learningRate) => {
      seen.push(batch.targets.reduce((sum, target) => sum + target, 0));
      expect(batch.inputs.every(Number.isFinite)).toBe(true);
      expect(batch.inputs.slice(-6).some((value) => value !== 0)).toBe(true);
      return original(batch, learningRate);
    };
    await trainClassifier({
      step,
      train,
      numClasses,
      recipe: recipe({
        batchSize: 8,
        epochs: 1,
        schedule: { kind: 'constant', learningRate: 0.1, warmupEpochs: 0 },
      }),
      seed: 1,
    });
    expect(seen).toEqual([8, 2]);
  });

  it('reads the next batch while a step runs', async () => {
    const train = pointClouds({ sizes });
    const readsAtStep: number[] = [];
    const step = learner();
    step.onStep = () => readsAtStep.push(train.reads.length);
    await trainClassifier({
      step,
      train,
      numClasses,
      recipe: recipe({ epochs: 1, schedule: { kind: 'constant', learningRate: 0.1, warmupEpochs: 0 } }),
      seed: 1,
    });
    expect(readsAtStep).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => Math.min(n + 1, 8)));
  });

  it('stops between batches when aborted, with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const step = learner();
    step.onStep = (done) => {
      if (done === 4) controller.abort(reason);
    };
    const training = trainClassifier({
      step,
      train: pointClouds({ sizes }),
      numClasses,
      recipe: recipe(),
      seed: 1,
      signal: controller.signal,
    });
    await expect(training).rejects.toBe(reason);
    expect((await step.readState()).step).toBe(5);
  });

  it('passes on what reading throws', async () => {
    const train = pointClouds({ sizes });
    const read = train.read.bind(train);
    let calls = 0;
    train.read = (...request) => (++calls === 3 ? Promise.reject(new Error('unreadable')) : read(...request));
    const training = trainClassifier({ step: learner(), train, numClasses, recipe: recipe(), seed: 1 });
    await expect(training).rejects.toThrow('unreadable');
  });

  it('shows every view of a picture in turn', async () => {
    const train = pointClouds({ sizes, views: 3 });
    await trainClassifier({ step: learner(), train, numClasses, recipe: recipe({ epochs: 4 }), seed: 1 });
    const viewsOf = (picture: number) =>
      train.reads.filter(({ indices }) => indices.includes(picture)).map(({ view }) => view);
    expect(viewsOf(0)).toEqual([0, 1, 2, 0]);
    expect(viewsOf(77)).toEqual([0, 1, 2, 0]);
  });
});

describe('without validation pictures', () => {
  const log: string[] = [];
  const train = (count: number, patience?: number) => {
    log.length = 0;
    return trainClassifier({
      step: learner({ batchSize: 4 }),
      train: pointClouds({ sizes: [count, count, count] }),
      numClasses,
      recipe: recipe({
        batchSize: 4,
        epochs: 2,
        ...(patience === undefined ? {} : { earlyStopping: { patience, minDelta: 0 } }),
      }),
      seed: 1,
      on: { log: (message) => log.push(message) },
    });
  };

  it('a tenth of the training pictures is held out for early stopping', async () => {
    const outcome = await train(100, 2);
    expect(outcome.validatedOn).toBe('held-out-training');
    expect(log[0]).toBe(
      'There are no validation pictures: 30 of 300 training pictures are held out to choose the best weights by.',
    );
    expect(outcome.steps).toBe(2 * Math.ceil(270 / 4));
  });

  it('all epochs are run where too few could be held out', async () => {
    const outcome = await train(20, 1);
    expect(outcome).toMatchObject({
      validatedOn: 'nothing',
      bestValidation: null,
      bestEpoch: 2,
      stoppedBecause: 'epochs',
    });
    expect(log[0]).toContain('60 training pictures are too few to hold some out: all 2 epochs are run');
  });

  it('every picture is trained on where no early stopping is asked for', async () => {
    const outcome = await train(100);
    expect(outcome.validatedOn).toBe('nothing');
    expect(outcome.steps).toBe(2 * 75);
  });
});

describe('bad input', () => {
  it('is refused before anything is read, with every reason', async () => {
    const train = pointClouds({ sizes: [4, 4, 4] });
    const training = trainClassifier({
      step: learner(),
      train,
      numClasses,
      recipe: recipe({ batchSize: 64, epochs: 0 }),
      seed: 1,
    });
    await expect(training).rejects.toMatchObject({
      code: 'TRAINING_RECIPE_INVALID',
      details: { problems: [{ path: 'batchSize' }, { path: 'epochs' }, { path: 'schedule.warmupEpochs' }] },
    });
    expect(train.reads).toEqual([]);
  });
});
