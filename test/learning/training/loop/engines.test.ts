import { describe, expect, it } from 'vitest';
import type { TrainingData } from '../../../../src/learning/training/data/training-data.js';
import type {
  TrainingEngine,
  TrainingState,
  TrainingStep,
} from '../../../../src/learning/training/engines/training-engine.js';
import { findLearningRate } from '../../../../src/learning/training/loop/learning-rate/find-learning-rate.js';
import { trainClassifier } from '../../../../src/learning/training/loop/train-classifier.js';
import type {
  TrainingCheckpoints,
  TrainingRun,
} from '../../../../src/learning/training/loop/training-run.js';
import { enginesUnderTest } from '../engines/engines-under-test.js';
import { batchSize, numClasses, optimizers, tinyBatch, tinySpec } from '../engines/tiny-training.js';
import { recipe } from './recipes.js';

const { engines } = await enginesUnderTest();

/** Pictures whose class shows in their colour, in two views. */
function tinyPictures(batches: number, seed: number): TrainingData {
  const parts = Array.from({ length: batches }, (_, at) => tinyBatch(seed + at));
  const labels = Int32Array.from(parts.flatMap((part) => part.labels));
  const width = 8 * 8 * 3;
  const picture = (index: number) => {
    const inputs = parts[Math.floor(index / batchSize)]?.inputs ?? new Float32Array();
    return inputs.subarray((index % batchSize) * width, ((index % batchSize) + 1) * width);
  };
  return {
    count: labels.length,
    labels,
    inputShape: [8, 8, 3],
    views: 2,
    read: (indices, view) => {
      const inputs = new Float32Array(indices.length * width);
      indices.forEach((index, row) => {
        // The second view is a darker one.
        inputs.set(
          picture(index).map((value) => (view % 2 === 0 ? value : value * 0.9)),
          row * width,
        );
      });
      return Promise.resolve(inputs);
    },
  };
}

/** Everything that moves is on: batch statistics, dropout, slots of Adam, mixing, sampling by class. */
async function newStep(engine: TrainingEngine): Promise<TrainingStep> {
  return engine.compile(
    await tinySpec({ batchNormalization: 'training', dropout: 0.2, optimizer: optimizers.Adam, clipNorm: 1 }),
  );
}

function newRun(step: TrainingStep, checkpoints?: TrainingCheckpoints): TrainingRun {
  return {
    step,
    train: tinyPictures(5, 0),
    validation: tinyPictures(2, 10),
    numClasses,
    recipe: recipe({
      batchSize,
      epochs: 8,
      schedule: { kind: 'cosine', learningRate: 0.02, warmupEpochs: 1 },
      mixupAlpha: 0.2,
      labelSmoothing: 0.1,
      sampling: 'class-balanced',
      earlyStopping: { patience: 8, minDelta: 0 },
      startIsCandidate: true,
    }),
    seed: 11,
    checkpoints,
  };
}

const bytesOf = ({ step, tensors }: TrainingState) => [
  step,
  ...Object.entries(tensors).map(([name, values]) => [
    name,
    Buffer.from(values.slice().buffer).toString('hex'),
  ]),
];

describe.each(engines)('$name', (engine) => {
  const identity = { engine: engine.version };

  it('learns in the loop, and goes on from a checkpoint to the same bits', async () => {
    const saved: Uint8Array[] = [];
    const save = (bytes: Uint8Array) => {
      saved.push(bytes);
      return Promise.resolve();
    };
    const step = await newStep(engine);
    const whole = await trainClassifier(newRun(step, { identity, save, everySteps: 1 }));
    await step.dispose();
    expect(whole.bestValidation?.loss).toBeLessThan((whole.history[0]?.validation?.loss ?? 0) / 2);
    expect(whole.bestValidation?.accuracy).toBeGreaterThan(0.8);
    expect(saved).toHaveLength(whole.steps);

    for (const killedAt of [1, 8, 15, whole.steps]) {
      const again = await newStep(engine);
      const candidates = saved.slice(killedAt - 1, killedAt);
      const resumed = await trainClassifier(
        newRun(again, { identity, save: () => Promise.resolve(), candidates }),
      );
      expect(resumed.resumedAtStep).toBe(killedAt);
      expect(resumed.bestEpoch).toBe(whole.bestEpoch);
      expect(bytesOf(resumed.best)).toEqual(bytesOf(whole.best));
      expect(bytesOf(await again.readState())).toEqual(bytesOf(whole.best));
      await again.dispose();
    }
  });

  it('has the same state after a search for the learning rate as before', async () => {
    const step = await newStep(engine);
    const { train: data, recipe: followed } = newRun(step);
    await step.step(tinyBatch(0), 0.01);
    const before = bytesOf(await step.readState());
    const { curve } = await findLearningRate({
      step,
      data,
      numClasses,
      recipe: followed,
      seed: 1,
      steps: 40,
    });
    expect(curve.length).toBeGreaterThan(20);
    expect(bytesOf(await step.readState())).toEqual(before);
    await step.dispose();
  });
});
