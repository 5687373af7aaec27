import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../../src/errors.js';
import { DivergenceWatch } from '../../../../src/learning/training/loop/watch/divergence.js';
import { trainClassifier } from '../../../../src/learning/training/loop/train-classifier.js';
import { pointClouds } from './point-clouds.js';
import { recipe } from './recipes.js';
import { SoftmaxRegression } from './softmax-regression.js';

function watch(losses: number[], gradientNorms: number[] = [], numClasses = 10): ZooError | undefined {
  const divergence = new DivergenceWatch(numClasses);
  try {
    losses.forEach((loss, at) =>
      divergence.observe({
        step: at + 1,
        epoch: 2,
        learningRate: 0.5,
        loss,
        gradientNorm: gradientNorms[at] ?? 1,
      }),
    );
  } catch (error) {
    return error as ZooError;
  }
  return undefined;
}

describe('divergence', () => {
  it.each([Number.NaN, Infinity])('a loss of %f stops at once, and says where and what to try', (loss) => {
    const error = watch([2, 2.5, loss]);
    expect(error?.code).toBe('TRAINING_DIVERGED');
    expect(error?.message).toBe(
      `Training diverged at step 3 (epoch 2): the loss is ${loss}, at learning rate 0.5. ` +
        'Try learning rate 0.05; if that is not enough, clip the gradients (clipNorm 1 or less) or warm up for longer.',
    );
    expect(error?.details).toMatchObject({
      step: 3,
      epoch: 2,
      learningRate: 0.5,
      suggestedLearningRate: 0.05,
    });
  });

  it('so do gradients that are not finite', () => {
    expect(watch([2, 2], [1, Infinity])?.message).toContain(
      'step 2 (epoch 2): the norm of the gradients is Infinity',
    );
  });

  it('a loss that is no number before any weight moved is blamed on the base model', () => {
    expect(watch([Number.NaN])?.message).toContain('before any weight has moved');
    expect(watch([Number.NaN])?.message).not.toContain('Try learning rate');
    expect(watch([2], [Infinity])?.message).toContain(
      'The norm of the gradients is Infinity at the first step, before any weight has moved',
    );
  });

  it('a loss of ten times the first one stops where it comes often, not once', () => {
    const calm = Array.from({ length: 20 }, () => 2);
    expect(watch([...calm, 500, ...calm, 30, 30, 30, 30, 2, ...calm, 30])).toBeUndefined();
    const error = watch([...calm, 30, 40, 50, 60, 70]);
    expect(error?.message).toContain('step 25 (epoch 2): the loss rose to 70, from 2.3 at the start');
    expect(watch([...calm, 30, 2, 2, 30, 2, 30, 2, 2, 30, 30])?.message).toContain('step 30');
  });

  it('a start near zero may rise to what guessing costs', () => {
    const solved = Array.from({ length: 10 }, () => 0.01);
    expect(watch([...solved, ...Array.from({ length: 20 }, () => 2)])).toBeUndefined();
  });

  it('an explosion in the first few steps is one, too', () => {
    expect(watch([2, 1e5, 1e6, 1e6, 1e6, 1e6])?.message).toContain(
      'step 6 (epoch 2): the loss rose to 1000000',
    );
  });

  it('a start at a large loss is where it is measured from', () => {
    expect(watch(Array.from({ length: 30 }, () => 90))).toBeUndefined();
  });

  it('late in a schedule, what to try follows from the highest rate', () => {
    const divergence = new DivergenceWatch(10);
    const observed = { loss: 2, gradientNorm: 1, epoch: 1 };
    [0.1, 0.5, 0.02].forEach((learningRate, at) =>
      divergence.observe({ ...observed, step: at + 1, learningRate }),
    );
    expect(() =>
      divergence.observeValidation({ step: 3, epoch: 1, learningRate: 0.02, loss: Number.NaN }),
    ).toThrow('at learning rate 0.02 (at its highest it was 0.5). Try learning rate 0.05;');
  });

  it('a start that gives validation pictures no finite loss is blamed on the base model', async () => {
    const validation = pointClouds({ sizes: [5, 5, 5] });
    validation.read = (indices) => Promise.resolve(new Float32Array(indices.length * 6).fill(Number.NaN));
    const training = trainClassifier({
      step: new SoftmaxRegression({ featureDim: 6, numClasses: 3, batchSize: 16 }),
      train: pointClouds({ sizes: [30, 30, 30] }),
      validation,
      numClasses: 3,
      recipe: recipe({ startIsCandidate: true }),
      seed: 1,
    });
    await expect(training).rejects.toThrow(
      /^The loss of the validation pictures is NaN, before any weight has moved: .*a lower learning rate does not help/,
    );
  });

  it('training with a learning rate that is far too high stops with it', async () => {
    const schedule = { kind: 'constant', learningRate: 1e36, warmupEpochs: 0 } as const;
    const training = trainClassifier({
      step: new SoftmaxRegression({ featureDim: 6, numClasses: 3, batchSize: 16 }),
      train: pointClouds({ sizes: [30, 30, 30] }),
      numClasses: 3,
      recipe: recipe({ schedule }),
      seed: 1,
    });
    await expect(training).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      details: { learningRate: 1e36 },
    });
  });

  it('training on pictures that are no numbers says that the learning rate is not to blame', async () => {
    const train = pointClouds({ sizes: [30, 30, 30] });
    train.read = (indices) => Promise.resolve(new Float32Array(indices.length * 6).fill(Number.NaN));
    const training = trainClassifier({
      step: new SoftmaxRegression({ featureDim: 6, numClasses: 3, batchSize: 16 }),
      train,
      numClasses: 3,
      recipe: recipe(),
      seed: 1,
    });
    await expect(training).rejects.toThrow('a lower learning rate does not help');
  });
});
