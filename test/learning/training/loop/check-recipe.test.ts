import { describe, expect, it } from 'vitest';
import { checkRecipe } from '../../../../src/learning/training/loop/check-recipe.js';
import type { TrainingRecipe } from '../../../../src/learning/training/loop/training-recipe.js';
import { recipe } from './recipes.js';

const subject = { trainCount: 40, numClasses: 3 };

describe('a recipe', () => {
  it('that can be followed has no problem', () => {
    expect(checkRecipe(recipe({ earlyStopping: { patience: 1, minDelta: 0 } }), subject)).toEqual([]);
    expect(checkRecipe(recipe({ batchSize: 40 }), subject)).toEqual([]);
  });

  const cosine = { kind: 'cosine', learningRate: 0.1, warmupEpochs: 0 } as const;
  it.each<[string, Partial<TrainingRecipe>, string]>([
    [
      'batchSize',
      { batchSize: 41 },
      'batchSize is 41, but there are only 40 training pictures. Choose 40 or fewer.',
    ],
    ['batchSize', { batchSize: 0 }, 'batchSize is 0; a whole number of 1 or more is accepted. Try 32.'],
    ['epochs', { epochs: 0, schedule: cosine }, 'epochs is 0; a whole number from 1 to 10000 is accepted.'],
    ['epochs', { epochs: 2.5 }, 'epochs is 2.5'],
    ['batchSize', { batchSize: Number.NaN }, 'batchSize is NaN'],
    ['schedule.warmupEpochs', { schedule: { ...cosine, warmupEpochs: Number.NaN } }, 'warmupEpochs is NaN'],
    [
      'schedule.learningRate',
      { schedule: { ...cosine, learningRate: Infinity } },
      'learningRate is Infinity',
    ],
    ['schedule.learningRate', { schedule: { ...cosine, learningRate: -1 } }, 'learningRate is -1'],
    ['schedule.learningRate', { schedule: { ...cosine, learningRate: Number.NaN } }, 'learningRate is NaN'],
    ['schedule.warmupEpochs', { schedule: { ...cosine, warmupEpochs: 6 } }, 'warmupEpochs is 6'],
    ['labelSmoothing', { labelSmoothing: 1 }, 'labelSmoothing is 1'],
    ['mixupAlpha', { mixupAlpha: -0.1 }, 'mixupAlpha is -0.1'],
    ['classWeights', { classWeights: 'balanced', sampling: 'class-balanced' }, 'Use one of them'],
    ['earlyStopping.patience', { earlyStopping: { patience: 0, minDelta: 0 } }, 'patience is 0'],
    ['earlyStopping.minDelta', { earlyStopping: { patience: 1, minDelta: -1 } }, 'minDelta is -1'],
  ])('with a wrong %s is refused in words', (path, changes, message) => {
    const problems = checkRecipe(recipe(changes), subject);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toBe(path);
    expect(problems[0]?.message).toContain(message);
  });

  it('needs pictures and classes', () => {
    expect(checkRecipe(recipe(), { trainCount: 0, numClasses: 1 }).map(({ path }) => path)).toEqual(['', '']);
  });
});
