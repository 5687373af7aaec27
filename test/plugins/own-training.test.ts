import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Checkpoints } from '../../src/plugins/contract/checkpoints.js';
import {
  defineStrategy,
  type FitContext,
  type FittedModel,
  type OptimizerRule,
  type TrainerSetup,
  type TrainingRecipe,
} from '../../src/plugins/contract.js';
import { loadStrategies } from '../../src/plugins/loader.js';
import { runStrategy, type RunInput, type RunResult } from '../../src/plugins/run/run-strategy.js';
import { createClothingWorkshop, type ClothingWorkshop } from './clothing.js';

const classes = ['dress', 'hat', 'shoes'];
const perClass = 8;

let workshop: ClothingWorkshop;
beforeAll(async () => {
  workshop = await createClothingWorkshop(classes, { train: perClass, validation: 4, test: 6 });
});
afterAll(() => workshop.remove());

/** SGD with momentum whose steps follow the sign of the velocity. @see Chen et al. 2023 (Lion), without its second factor */
const signed: OptimizerRule = {
  slots: ['velocity'],
  scalars: (step) => ({ warmth: Math.min(1, step / 3) }),
  move(tf, { weight, gradient, learningRate, slots: { velocity }, scalars: { warmth } }) {
    const next = tf.add(tf.mul(velocity as typeof weight, 0.9), tf.mul(gradient, 0.1));
    const rate = tf.mul(learningRate, warmth as typeof weight);
    return { weight: tf.sub(weight, tf.mul(tf.sign(next), rate)), slots: { velocity: next } };
  },
};

/** Everything that a strategy may bring to our loop. */
const own: { setup: Partial<TrainerSetup>; recipe: Partial<TrainingRecipe> } = {
  setup: {
    loss: (tf, logits, targets) => tf.sum(tf.square(tf.sub(tf.softmax(logits), targets)), 1),
    penalty: (tf, weight, { isHead, start }) =>
      isHead ? tf.scalar(0) : tf.mul(0.05, tf.sum(tf.square(tf.sub(weight, start)))),
    optimizer: signed,
  },
  recipe: {
    schedule: ({ step }) => 2e-3 * 0.97 ** step,
    // A picture of each class in turn.
    order: (epoch) => ({
      rows: Int32Array.from(
        { length: 3 * perClass },
        (_, at) => (at % 3) * perClass + ((at + epoch) % perClass),
      ),
      passes: new Int32Array(3 * perClass).fill(epoch),
    }),
    onEpoch: ({ epoch }) => (epoch === 3 ? 'stop' : undefined),
  },
};

function fitWith({ setup, recipe }: typeof own) {
  return async (context: FitContext): Promise<FittedModel> => {
    const cut = { layer: 'block_13_expand_relu', pooling: 'average' as const, inputSize: 64 };
    const trainer = await context.trainer({
      cut,
      frozenUpTo: 'block_12_add',
      head: 'random',
      initialization: 'pretrained',
      batchNormalization: 'frozen',
      dropout: 0.1,
      optimizer: { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
      layerDecay: 1,
      batchSize: 6,
      augmentation: 'none',
      views: 1,
      ...setup,
    });
    try {
      const { stoppedBecause, epochsRun } = await trainer.fit({
        batchSize: 6,
        epochs: 6,
        schedule: { kind: 'constant', learningRate: 1e-3, warmupEpochs: 0 },
        labelSmoothing: 0,
        mixupAlpha: 0,
        classWeights: 'none',
        sampling: 'instance-balanced',
        startIsCandidate: false,
        ...recipe,
      });
      const chosen = { stoppedBecause, epochsRun };
      return { kind: 'fine-tuned', cut, ...(await trainer.read()), activation: 'softmax', chosen };
    } finally {
      await trainer.dispose();
    }
  };
}

const quiet = { progress: () => undefined, metric: () => undefined, log: () => undefined };

function run(output: string, functions: typeof own, changes: Partial<RunInput> = {}): Promise<RunResult> {
  const strategy = defineStrategy({
    name: 'own-training',
    version: '1.0.0',
    summary: 'Our loop with functions of its own.',
    parameters: z.object({}),
    needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'optional' },
    check: () => [],
    load: () => Promise.resolve({ fit: fitWith(functions) }),
  });
  return runStrategy(
    {
      strategy: 'own-training',
      parameters: {},
      baseFolder: workshop.baseFolder,
      datasetFolder: workshop.datasetFolder,
      cacheFolder: join(workshop.folder, 'cache'),
      cacheBytes: 1e9,
      outputFolder: join(workshop.folder, output),
      seed: 1,
      threads: 2,
      engine: { wanted: 'onnxruntime' },
      signal: new AbortController().signal,
      on: quiet,
      ...changes,
    },
    () => loadStrategies([{ name: 'theirs', import: () => Promise.resolve({ default: strategy }) }]),
  );
}

describe('a strategy that trains in our loop with loss, penalty, optimizer, schedule, order and callback of its own', () => {
  let whole: RunResult;
  const metrics = new Map<string, number[]>();
  const kept: Uint8Array[] = [];
  const keeping: Checkpoints = {
    save: (bytes) => Promise.resolve(void kept.unshift(bytes.slice())),
    candidates: () => Promise.resolve([]),
  };
  beforeAll(async () => {
    const metric = (name: string, value: number) =>
      void metrics.set(name, [...(metrics.get(name) ?? []), value]);
    whole = await run('whole', own, { on: { ...quiet, metric }, checkpoints: keeping });
  });

  it('learns, ends where its callback says, and reports the penalty beside the loss', () => {
    expect(whole.chosen).toEqual({ stoppedBecause: 'strategy', epochsRun: 3 });
    expect(whole.evaluation.accuracy).toBeGreaterThan(1 / 3);
    const losses = metrics.get('train/loss') ?? [];
    expect(losses).toHaveLength(12);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8);
    const penalties = metrics.get('train/penalty') ?? [];
    expect(penalties[0]).toBe(0);
    expect(penalties.at(-1)).toBeGreaterThan(0);
    expect(metrics.get('train/learningRate')?.[1]).toBeCloseTo(2e-3 * 0.97, 12);
  });

  it('goes on from a checkpoint to the same bytes', async () => {
    expect(kept).toHaveLength(3);
    const from = 2;
    const log: string[] = [];
    const resumed = await run('resumed', own, {
      checkpoints: { save: () => Promise.resolve(), candidates: () => Promise.resolve(kept.slice(from)) },
      on: { ...quiet, log: (message) => log.push(message) },
    });
    expect(log.join('\n')).toContain(`Going on from a checkpoint after step ${4 * (3 - from)}.`);
    expect(resumed.files).toEqual(whole.files);
  });

  it.each<[string, Partial<TrainerSetup>]>([
    ['loss', { loss: (tf, logits, targets) => tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)) }],
    ['penalty', { penalty: (tf, weight) => tf.mul(1e-4, tf.sum(tf.square(weight))) }],
    ['optimizer', { optimizer: { ...signed, scalars: () => ({ warmth: 1 }) } }],
  ])('begins anew where its %s is another one, and says so', async (name, changed) => {
    const log: string[] = [];
    const again = run(
      'changed',
      { setup: { ...own.setup, ...changed }, recipe: { ...own.recipe, onEpoch: own.recipe.onEpoch } },
      {
        checkpoints: { save: () => Promise.resolve(), candidates: () => Promise.resolve(kept.slice(0, 1)) },
        on: { ...quiet, log: (message) => log.push(message) },
      },
    );
    expect((await again).chosen['epochsRun']).toBe(3);
    expect(log.join('\n')).toMatch(
      new RegExp(`A checkpoint is skipped\\. .*another training: ${name} is .+ there and .+ here`),
    );
    expect(log.join('\n')).not.toContain('Going on from');
  });

  it('fails by the name of the function that gives what it may not', async () => {
    const failing = run('failing', {
      ...own,
      setup: { ...own.setup, penalty: (tf, weight, { start }) => tf.norm(tf.sub(weight, start)) },
    });
    await expect(failing).rejects.toMatchObject({
      code: 'TRAINING_FUNCTION_INVALID',
      details: { function: 'penalty' },
    });
  });
});
