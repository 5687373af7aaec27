import { describe, expect, it } from 'vitest';
import { findLearningRate } from '../../../../src/learning/training/loop/learning-rate/find-learning-rate.js';
import { trainClassifier } from '../../../../src/learning/training/loop/train-classifier.js';
import type {
  EpochRecord,
  TrainingOutcome,
  TrainingRun,
} from '../../../../src/learning/training/loop/training-run.js';
import type { TrainingRecipe } from '../../../../src/learning/training/loop/training-recipe.js';
import { pointClouds } from './point-clouds.js';
import { recipe } from './recipes.js';
import { SoftmaxRegression } from './softmax-regression.js';

const sizes = [30, 12, 5];
const identity = { engine: 'plain-loops@1' };

/** Falls by a tenth every step; two pictures of each class an epoch, others each time; ends when nothing was gained twice. */
const ownRecipe = (changes: Partial<TrainingRecipe> = {}): TrainingRecipe =>
  recipe({
    epochs: 9,
    batchSize: 4,
    schedule: ({ step, stepsPerEpoch, epochs }) => (0.5 * 0.9 ** step * stepsPerEpoch) / epochs,
    order: (epoch) => ({
      rows: Int32Array.of(epoch, 30 + epoch, 42 + (epoch % 5), 29 - epoch, 41 - epoch, 46 - (epoch % 5)),
      passes: new Int32Array(6).fill(epoch),
    }),
    onEpoch: stopWhenIdle(),
    ...changes,
  });

/** A strategy's own early stopping, with a memory. */
function stopWhenIdle(): (record: EpochRecord) => void | 'stop' {
  let least = Infinity;
  let waited = 0;
  return ({ validation }) => {
    const loss = validation?.loss ?? Infinity;
    waited = loss < least - 0.1 ? 0 : waited + 1;
    least = Math.min(least, loss);
    if (waited === 2) return 'stop';
  };
}

function newRun(
  own: Partial<TrainingRecipe> = {},
  changes: Partial<TrainingRun> = {},
): TrainingRun & { step: SoftmaxRegression } {
  return {
    train: pointClouds({ sizes, views: 2 }),
    validation: pointClouds({ sizes: [10, 10, 10], seed: 2 }),
    numClasses: 3,
    recipe: ownRecipe(own),
    seed: 5,
    ...changes,
    step: new SoftmaxRegression({ featureDim: 6, numClasses: 3, batchSize: 4, dropout: 0.1 }),
  };
}

/** Everything of an outcome that does not depend on the clock or on where it was resumed. */
function resultOf({ history, resumedAtStep: _, ...rest }: TrainingOutcome) {
  return { ...rest, history: history.map(({ seconds: _seconds, ...record }) => record) };
}

describe('a training by functions of a strategy', () => {
  it('takes the learning rates that its schedule gives', async () => {
    const rates: number[] = [];
    const on = {
      metric: (name: string, value: number) => void (name === 'train/learningRate' && rates.push(value)),
    };
    await trainClassifier(newRun({ epochs: 2 }, { on }));
    expect(rates).toEqual([0, 1, 2, 3].map((step) => (0.5 * 0.9 ** step * 2) / 2));
  });

  it('shows the pictures of its order, in their views, a batch after the other', async () => {
    const train = pointClouds({ sizes, views: 2 });
    await trainClassifier(newRun({ epochs: 2 }, { train }));
    expect(train.reads.map(({ indices, view }) => [...indices, view])).toEqual([
      [0, 30, 42, 29, 0],
      [41, 46, 0],
      [1, 31, 43, 28, 1],
      [40, 45, 1],
    ]);
  });

  it('ends where it says so, with the best weights', async () => {
    const log: string[] = [];
    const outcome = await trainClassifier(newRun({}, { on: { log: (line) => log.push(line) } }));
    expect(outcome.stoppedBecause).toBe('strategy');
    expect(outcome.epochsRun).toBeLessThan(9);
    expect(outcome.history).toHaveLength(outcome.epochsRun);
    expect(log.at(-1)).toMatch(
      /^Stopped by the strategy after epoch \d; the best weights are those of epoch \d/,
    );
  });

  it('gives the bits of one that was never stopped, wherever it was killed', async () => {
    const whole = await trainClassifier(newRun());
    for (let killedAt = 1; killedAt <= whole.steps; killedAt++) {
      const saved: Uint8Array[] = [];
      const save = (bytes: Uint8Array) => Promise.resolve(void saved.unshift(bytes));
      const run = newRun({}, { checkpoints: { identity, save, everySteps: 1 } });
      run.step.onStep = (done) => {
        if (done === killedAt) throw new Error('killed');
      };
      if (killedAt < whole.steps) await expect(trainClassifier(run)).rejects.toThrow('killed');
      else await trainClassifier(run);
      const candidates = saved.slice(0, 1);
      const resumed = await trainClassifier(newRun({}, { checkpoints: { identity, save, candidates } }));
      expect(resumed.resumedAtStep).toBe(killedAt);
      expect(resultOf(resumed)).toEqual(resultOf(whole));
    }
  });

  it.each<[string, Partial<TrainingRecipe>]>([
    ['schedule', { schedule: ({ step }) => 0.3 * 0.9 ** step }],
    ['order', { order: () => ({ rows: Int32Array.of(3, 2, 1, 0, 4, 5), passes: new Int32Array(6) }) }],
    ['onEpoch', { onEpoch: () => undefined }],
  ])('begins anew where its %s is another than that of a checkpoint, and says so', async (name, changed) => {
    const candidates: Uint8Array[] = [];
    const save = (bytes: Uint8Array) => Promise.resolve(void candidates.unshift(bytes));
    await trainClassifier(newRun({ epochs: 2 }, { checkpoints: { identity, save } }));
    const log: string[] = [];
    const again = await trainClassifier(
      newRun(
        { epochs: 2, ...changed },
        {
          on: { log: (line) => log.push(line) },
          checkpoints: { identity, save: () => Promise.resolve(), candidates },
        },
      ),
    );
    expect(again.resumedAtStep).toBe(0);
    expect(log[0]).toMatch(
      new RegExp(
        `another training: recipe.${name} is function [0-9a-f]{16} there and function [0-9a-f]{16} here`,
      ),
    );
  });

  it('holds no training pictures out where the order is its own', async () => {
    const log: string[] = [];
    const outcome = await trainClassifier(
      newRun(
        { epochs: 2, earlyStopping: { patience: 2, minDelta: 0 } },
        {
          validation: undefined,
          train: pointClouds({ sizes: [200, 100, 50] }),
          on: { log: (line) => log.push(line) },
        },
      ),
    );
    expect(outcome.validatedOn).toBe('nothing');
    expect(log[0]).toContain("of an order of the strategy's own none are held out");
  });

  it('searches a learning rate on the batches of its order', async () => {
    const { step, train: data, recipe: followed } = newRun();
    const cycled = { ...followed, order: (epoch: number) => ownRecipe().order?.(epoch % 9) ?? never() };
    const { curve } = await findLearningRate({ step, data, numClasses: 3, recipe: cycled, seed: 1 });
    expect(curve.length).toBeGreaterThan(20);
  });

  const rows = (...list: number[]) => Int32Array.from(list);
  it.each<[string, Partial<TrainingRecipe>, RegExp]>([
    ['schedule', { schedule: () => NaN }, /schedule gave NaN at step 0; a learning rate is expected/],
    ['schedule', { schedule: ({ step }) => 1 - step }, /schedule gave -1 at step 2/],
    [
      'order',
      { order: () => ({ rows: [1, 2] }) as never },
      /order gave for epoch 0 something without rows and passes/,
    ],
    ['order', { order: () => ({ rows: rows(1, 47), passes: rows(0, 0) }) }, /row 47; rows from 0 to 46/],
    ['order', { order: () => ({ rows: rows(1, 2), passes: rows(0) }) }, /2 rows and 1 passes/],
    ['order', { order: () => ({ rows: rows(), passes: rows() }) }, /0 rows and 0 passes/],
    [
      'order',
      { order: (epoch) => ({ rows: new Int32Array(4 + epoch), passes: new Int32Array(4 + epoch) }) },
      /order gave for epoch 1 5 pictures, and 4 for epoch 0/,
    ],
    [
      'onEpoch',
      { onEpoch: (() => Promise.resolve()) as never },
      /onEpoch gave a Promise after epoch 1; 'stop' is/,
    ],
  ])('names its %s where that gives what it may not: %#', async (name, own, message) => {
    const refused = trainClassifier(newRun({ epochs: 3, ...own }));
    await expect(refused).rejects.toMatchObject({
      code: 'TRAINING_FUNCTION_INVALID',
      details: { function: name },
    });
    await expect(refused).rejects.toThrow(message);
  });
});

function never(): never {
  throw new Error('the recipe has an order');
}
