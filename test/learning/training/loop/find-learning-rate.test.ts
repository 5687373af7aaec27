import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/learning/random.js';
import type { TrainingState } from '../../../../src/learning/training/engines/training-engine.js';
import { findLearningRate } from '../../../../src/learning/training/loop/learning-rate/find-learning-rate.js';
import { suggestLearningRate } from '../../../../src/learning/training/loop/learning-rate/suggest-learning-rate.js';
import { trainClassifier } from '../../../../src/learning/training/loop/train-classifier.js';
import { pointClouds } from './point-clouds.js';
import { recipe } from './recipes.js';
import { SoftmaxRegression } from './softmax-regression.js';

const sizes = [60, 60, 60];
const numClasses = 3;
const newLearner = () => new SoftmaxRegression({ featureDim: 6, numClasses, batchSize: 16, dropout: 0.1 });
const bytesOf = ({ step, tensors }: TrainingState) => [
  step,
  ...Object.entries(tensors).map(([name, values]) => [name, Buffer.from(values.buffer).toString('hex')]),
];

describe('finding the learning rate', () => {
  it('gives a rate that trains at least nearly as well as the best of a sweep', async () => {
    const data = pointClouds({ sizes });
    const { learningRate, basis, curve } = await findLearningRate({
      step: newLearner(),
      data,
      numClasses,
      recipe: recipe(),
      seed: 1,
    });
    expect(curve.length).toBeGreaterThan(50);
    const lossAt = async (rate: number) => {
      const schedule = { kind: 'cosine', learningRate: rate, warmupEpochs: 0 } as const;
      const outcome = await trainClassifier({
        step: newLearner(),
        train: data,
        validation: pointClouds({ sizes, seed: 2 }),
        numClasses,
        recipe: recipe({ epochs: 3, schedule }),
        seed: 1,
      });
      return outcome.bestValidation?.calibratedLoss ?? Infinity;
    };
    const sweep: number[] = [];
    for (const rate of [1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1, 3]) sweep.push(await lossAt(rate));
    const start = Math.log(numClasses);
    const found = await lossAt(learningRate ?? 0);
    expect(basis).toBe('fall');
    // Nine tenths of the way from guessing to the best of the sweep.
    expect(start - found).toBeGreaterThan(0.9 * (start - Math.min(...sweep)));
  });

  it('leaves weights, slots and random state as they were, bit for bit', async () => {
    const step = newLearner();
    const data = pointClouds({ sizes });
    await trainClassifier({ step, train: data, numClasses, recipe: recipe({ epochs: 2 }), seed: 1 });
    const before = bytesOf(await step.readState());
    await findLearningRate({ step, data, numClasses, recipe: recipe(), seed: 1 });
    expect(bytesOf(await step.readState())).toEqual(before);

    const train = async (searchFirst: boolean) => {
      const fresh = newLearner();
      if (searchFirst) await findLearningRate({ step: fresh, data, numClasses, recipe: recipe(), seed: 1 });
      return bytesOf(
        (await trainClassifier({ step: fresh, train: data, numClasses, recipe: recipe(), seed: 1 })).best,
      );
    };
    expect(await train(true)).toEqual(await train(false));
  });

  it('leaves everything as it was when aborted, too', async () => {
    const step = newLearner();
    const controller = new AbortController();
    step.onStep = (done) => {
      if (done === 30) controller.abort(new Error('the job was cancelled'));
    };
    const search = findLearningRate({
      step,
      data: pointClouds({ sizes }),
      numClasses,
      recipe: recipe(),
      seed: 1,
      signal: controller.signal,
    });
    await expect(search).rejects.toThrow('the job was cancelled');
    expect((await step.readState()).step).toBe(0);
  });

  it('knows the limit of a solved network whose loss explodes from one step to the next', async () => {
    const step = newLearner();
    const observed = step.step.bind(step);
    step.step = async (batch, rate) => {
      const result = await observed(batch, 0);
      return { ...result, loss: rate < 0.1 ? result.loss : Number.NaN };
    };
    const data = pointClouds({ sizes });
    const search = await findLearningRate({ step, data, numClasses, recipe: recipe(), seed: 1 });
    expect(search.stoppedBecause).toBe('exploded');
    expect(search.basis).toBe('limit');
    expect(search.learningRate).toBeGreaterThan(0.02);
    expect(search.learningRate).toBeLessThan(0.034);
  });

  it('the same seed gives the same curve', async () => {
    const search = () =>
      findLearningRate({
        step: newLearner(),
        data: pointClouds({ sizes }),
        numClasses,
        recipe: recipe(),
        seed: 4,
      });
    expect(await search()).toEqual(await search());
  });
});

describe('the suggestion', () => {
  const curveOf = (losses: number[]) =>
    losses.map((loss, at) => ({ learningRate: 10 ** (at / 10 - 5), loss }));
  const noise = (size: number) => {
    const random = createRandom(8);
    return () => size * (random.next() - 0.5);
  };

  it('is the rate at which four fifths of a clear fall are done', () => {
    const scatter = noise(0.1);
    const flat = Array.from({ length: 40 }, () => 2 + scatter());
    const fall = Array.from({ length: 21 }, (_, at) => 2 - at / 20 + scatter());
    const rise = Array.from({ length: 20 }, (_, at) => 1 + at / 5 + scatter());
    const suggestion = suggestLearningRate(curveOf([...flat, ...fall, ...rise]));
    expect(suggestion?.basis).toBe('fall');
    // The fall goes from point 40 to point 60; four fifths are done at 56, 10^0.6.
    expect(Math.log10(suggestion?.learningRate ?? 0)).toBeCloseTo(0.6, 0);
  });

  it('is a third of the rate that begins to harm where the loss does not fall', () => {
    const scatter = noise(0.2);
    const flat = Array.from({ length: 50 }, () => 0.4 + scatter());
    const rise = Array.from({ length: 20 }, (_, at) => 0.4 + at / 5 + scatter());
    const suggestion = suggestLearningRate(curveOf([...flat, ...rise]));
    expect(suggestion?.basis).toBe('limit');
    expect(Math.log10(3 * (suggestion?.learningRate ?? 0))).toBeGreaterThan(-0.5);
    expect(Math.log10(3 * (suggestion?.learningRate ?? 0))).toBeLessThan(0.2);
  });

  it('is a third of the last rate where the loss explodes all at once', () => {
    const scatter = noise(0.2);
    const flat = curveOf(Array.from({ length: 50 }, () => 0.4 + scatter()));
    expect(suggestLearningRate(flat)).toBeUndefined();
    const suggestion = suggestLearningRate(flat, true);
    expect(suggestion?.basis).toBe('limit');
    expect(suggestion?.learningRate).toBeCloseTo((flat.at(-1)?.learningRate ?? 0) / 3, 10);
  });

  it('is none where the loss neither falls nor rises, or there are too few points', () => {
    const scatter = noise(0.2);
    expect(suggestLearningRate(curveOf(Array.from({ length: 60 }, () => 1 + scatter())))).toBeUndefined();
    expect(suggestLearningRate(curveOf(Array.from({ length: 60 }, () => 1)))).toBeUndefined();
    expect(suggestLearningRate(curveOf([3, 2, 1]))).toBeUndefined();
  });
});
