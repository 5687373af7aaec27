import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createOnnxSession } from '../../src/learning/engines/onnx-runtime.js';
import { lowerNetwork } from '../../src/learning/onnx/lower-network.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, readModelFiles } from '../../src/learning/tfjs-layers/model-files.js';
import type { Checkpoints } from '../../src/plugins/contract/checkpoints.js';
import { defineStrategy, type FitContext, type FittedModel } from '../../src/plugins/contract.js';
import { loadStrategies } from '../../src/plugins/loader.js';
import { publishedFiles } from '../../src/plugins/run/published-files.js';
import { runStrategy, type RunInput, type RunResult } from '../../src/plugins/run/run-strategy.js';
import { loadWithPlainTfjs, plainTfjs, predict, pseudoRandom } from '../learning/support/tfjs.js';
import { createClothingWorkshop, type ClothingWorkshop } from './clothing.js';

const classes = ['dress', 'hat', 'shoes'];

/** Small pictures and the last block only: seconds instead of minutes. */
const quick = {
  inputSize: 64,
  layer: 'block_13_expand_relu',
  trainableFrom: 'block_12_expand',
  epochs: 5,
  batchSize: 12,
  views: 2,
};

let workshop: ClothingWorkshop;
beforeAll(async () => {
  workshop = await createClothingWorkshop(classes, { train: 16, validation: 4, test: 8 });
});
afterAll(() => workshop.remove());

function run(
  output: string,
  changes: Partial<RunInput> = {},
  load: Parameters<typeof runStrategy>[1] = undefined,
): Promise<RunResult> {
  return runStrategy(
    {
      strategy: 'partial-fine-tuning',
      parameters: quick,
      baseFolder: workshop.baseFolder,
      datasetFolder: workshop.datasetFolder,
      cacheFolder: join(workshop.folder, 'cache'),
      cacheBytes: 1e9,
      outputFolder: join(workshop.folder, output),
      seed: 1,
      threads: 2,
      engine: { wanted: 'onnxruntime' },
      signal: new AbortController().signal,
      on: { progress: () => undefined, metric: () => undefined, log: () => undefined },
      ...changes,
    },
    load,
  );
}

const quiet = { progress: () => undefined, metric: () => undefined, log: () => undefined };

const layerOf = (path: string) => /^weights\/(.*?)(?:\.[0-9a-f]{8})?\.bin$/.exec(path)?.[1] ?? path;

/** What the published files give for one picture: by ONNX Runtime as the evaluation does, and in plain tfjs. */
async function predictions(
  result: RunResult,
  output: string,
): Promise<{ ours: Float32Array; tfjs: Float32Array }> {
  const { baseFolder, folder } = workshop;
  const outputFolder = join(folder, output);
  const files = await readModelFiles(await publishedFiles(result.files, { baseFolder, outputFolder }));
  const model = await loadTfjsLayers(filesInMemory(files));
  const { input } = model.manifest;
  const shape = [1, input.height, input.width, input.channels];
  const picture = pseudoRandom(input.height * input.width * input.channels, 3).map(
    (value) => (value + 1) / 2,
  );
  const last = model.layers.at(-1)?.name ?? '';
  const session = await createOnnxSession(
    lowerNetwork(model.layers, input, [{ layer: last, pooling: 'flatten' }], 'float32'),
    2,
  );
  const [ours = new Float32Array()] = await session.run(picture, shape);
  await session.dispose();
  await plainTfjs();
  return { ours, tfjs: await predict(await loadWithPlainTfjs(files), picture, shape) };
}

describe('partial-fine-tuning of MobileNetV2 on photographs of clothes', () => {
  let first: RunResult;
  const metrics = new Map<string, number[]>();
  const logs: string[] = [];
  const phases = new Set<string>();
  beforeAll(async () => {
    first = await run('first', {
      on: {
        progress: (phase) => phases.add(phase),
        metric: (name, value) => metrics.set(name, [...(metrics.get(name) ?? []), value]),
        log: (message) => logs.push(message),
      },
    });
  });

  it('learns, and is held against the linear probe on the same pictures', () => {
    const { accuracy, baseline, calibrationError, imageCount } = first.evaluation;
    expect(imageCount).toBe(24);
    expect(accuracy).toBeGreaterThan(0.5);
    expect(calibrationError).not.toBeNull();
    expect(baseline?.name).toBe('linear-probe');
    expect(baseline?.difference).toBeCloseTo(accuracy - (baseline?.accuracy ?? NaN), 12);
    expect(baseline?.verdict).not.toBe('WORSE');
    const losses = metrics.get('train/loss') ?? [];
    expect(losses.length).toBeGreaterThan(10);
    const validation = metrics.get('validation/loss') ?? [];
    expect(Math.min(...validation)).toBeLessThan(validation[0] as number);
    expect(first.chosen).toMatchObject({
      layer: 'block_13_expand_relu',
      trainableFrom: 'block_12_expand',
      frozenUpTo: 'block_11_add',
      batchNormalization: 'frozen',
      engine: expect.stringMatching(/^onnxruntime-node@/) as string,
    });
    expect(phases).toContain('running frozen layers on train pictures');
    expect(logs.join('\n')).toMatch(/Training takes about \d+ MiB of memory/);
  });

  it('writes the layers that trained, and no others', () => {
    const fresh = first.files.filter(({ isNew }) => isNew).map(({ path }) => layerOf(path));
    expect(fresh.sort()).toEqual(
      [
        'block_12_depthwise',
        'block_12_depthwise_BN',
        'block_12_expand',
        'block_12_expand_BN',
        'block_12_project',
        'block_12_project_BN',
        'block_13_expand',
        'block_13_expand_BN',
        'classifier',
        'model.json',
      ].sort(),
    );
    expect(first.files.length).toBeGreaterThan(70);
  });

  it('publishes files that plain tfjs reads to the same predictions', async () => {
    const { ours, tfjs } = await predictions(first, 'first');
    expect(ours.length).toBe(3);
    ours.forEach((score, i) => expect(score).toBeCloseTo(tfjs[i] ?? NaN, 4));
    expect(ours.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
  });

  it('gives the same bytes for the same seed, also when it is stopped and goes on from a checkpoint', async () => {
    const controller = new AbortController();
    const kept: Uint8Array[] = [];
    const checkpoints: Checkpoints = {
      save(bytes) {
        kept.unshift(bytes.slice());
        // The second epoch is done: two more to go.
        if (kept.length === 2) controller.abort(new Error('the worker stops'));
        return Promise.resolve();
      },
      candidates: () => Promise.resolve(kept),
    };
    const stopped = run('stopped', { checkpoints, signal: controller.signal });
    await expect(stopped).rejects.toThrow('the worker stops');
    await expect(readdir(join(workshop.folder, 'stopped'))).rejects.toMatchObject({ code: 'ENOENT' });
    // A damaged one is passed over.
    const damaged = kept[0]?.slice() ?? new Uint8Array();
    damaged[damaged.length - 5] = (damaged[damaged.length - 5] ?? 0) ^ 1;
    kept.unshift(damaged);

    const messages: string[] = [];
    const resumed = await run('resumed', {
      checkpoints: { ...checkpoints, save: () => Promise.resolve() },
      on: { ...quiet, log: (message) => messages.push(message) },
    });
    expect(messages.join('\n')).toMatch(/checkpoint/i);
    expect(resumed.files).toEqual(first.files);
    expect({ ...resumed.evaluation, latency: null }).toEqual({ ...first.evaluation, latency: null });
  });

  it('keeps the frozen network where training only makes it worse, and says so', async () => {
    const messages: string[] = [];
    const result = await run('worse', {
      parameters: { ...quick, epochs: 1, learningRate: 0.5, optimizer: 'adam' },
      on: { ...quiet, log: (message) => messages.push(message) },
    });
    expect(result.chosen['bestEpoch']).toBe(0);
    expect(messages.join('\n')).toMatch(/Fine-tuning brought nothing here/);
    const fresh = result.files.filter(({ isNew }) => isNew).map(({ path }) => path);
    expect(fresh.sort()).toEqual(['model.json', 'weights/classifier.bin']);
  });

  it('says at which step a training diverged', async () => {
    const diverging = run('diverging', {
      parameters: { ...quick, optimizer: 'sgd', learningRate: 1, momentum: 0.99, clipNorm: 0, epochs: 20 },
    });
    await expect(diverging).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
    await expect(diverging).rejects.toThrow(/step \d+/);
  });

  it.each([
    { strategy: 'full-retraining', parameters: { initialization: 'random', inputSize: 224, batchSize: 32 } },
    { strategy: 'full-retraining', parameters: { inputSize: 224, batchSize: 32 } },
    { strategy: 'partial-fine-tuning', parameters: { inputSize: 224, batchSize: 32 } },
  ])(
    '$strategy $parameters is refused before anything is computed where memory will not suffice, with the estimate and what to lower',
    async ({ strategy, parameters }) => {
      const phases: string[] = [];
      const refused = run('refused', {
        strategy,
        parameters,
        memoryBytes: process.memoryUsage.rss() + 310 * 2 ** 20,
        on: { ...quiet, progress: (phase) => phases.push(phase) },
      });
      await expect(refused).rejects.toMatchObject({ code: 'TRAINING_MEMORY_INSUFFICIENT' });
      await expect(refused).rejects.toThrow(
        /Training takes about \d\.\d+ GiB.*(would fit|Train fewer layers)/,
      );
      expect(phases).toEqual([]);
    },
  );
});

describe('full-retraining', () => {
  // The first layers only, which are the same in kind.
  const parameters = { inputSize: 32, layer: 'block_2_add', epochs: 1, batchSize: 16 };

  it('trains every layer from the pretrained weights, at a learning rate it finds', async () => {
    const messages: string[] = [];
    const result = await run('full', {
      strategy: 'full-retraining',
      parameters: { ...parameters, learningRate: 'find', epochs: 2 },
      on: { ...quiet, log: (message) => messages.push(message) },
    });
    expect(messages.join('\n')).toMatch(/learning rates tried/);
    expect(result.chosen).toMatchObject({ layer: 'block_2_add', batchNormalization: 'frozen' });
    expect(result.evaluation.baseline).not.toBeNull();
    expect(result.evaluation.accuracy).toBeGreaterThan(1 / 3);
  });

  it('trains from random weights, with batch statistics that move', async () => {
    const result = await run('random', {
      strategy: 'full-retraining',
      parameters: { ...parameters, initialization: 'random' },
    });
    const weightFiles = result.files.filter(({ path }) => path !== 'model.json');
    expect(weightFiles.every(({ isNew }) => isNew)).toBe(true);
    expect(result.chosen).toMatchObject({ bestEpoch: 1, batchNormalization: 'training' });
    const { ours, tfjs } = await predictions(result, 'random');
    ours.forEach((score, i) => expect(score).toBeCloseTo(tfjs[i] ?? NaN, 4));
  });
});

describe('a strategy of somebody else, with a loop of its own', () => {
  const strategy = defineStrategy({
    name: 'five-steps',
    version: '1.0.0',
    summary: 'Five steps of its own on the last block.',
    parameters: z.object({}),
    needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'optional' },
    check: () => [],
    load: () => Promise.resolve({ fit: fiveSteps }),
  });

  async function fiveSteps(context: FitContext): Promise<FittedModel> {
    const cut = { layer: 'block_16_project_BN', pooling: 'average' as const, inputSize: 64 };
    const [head] = await context.probes([cut]);
    if (head === undefined) throw new Error('no probe');
    const trainer = await context.trainer({
      cut,
      frozenUpTo: 'block_15_add',
      head,
      initialization: 'pretrained',
      batchNormalization: 'frozen',
      dropout: 0,
      optimizer: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
      layerDecay: 1,
      batchSize: 8,
      augmentation: 'none',
      views: 1,
    });
    try {
      for (let step = 0; step < 5; step++) {
        const rows = Array.from({ length: 8 }, (_, i) => (step * 8 + i) % trainer.train.count);
        const targets = new Float32Array(8 * context.classes.length);
        rows.forEach(
          (row, i) => (targets[i * context.classes.length + (trainer.train.labels[row] ?? 0)] = 1),
        );
        const { loss } = await trainer.step.step(
          { inputs: await trainer.train.read(rows, 0), targets },
          1e-3,
        );
        context.metric('train/loss', loss, step);
      }
      return { kind: 'fine-tuned', cut, ...(await trainer.read()), activation: 'softmax', chosen: {} };
    } finally {
      await trainer.dispose();
    }
  }

  it('gets trainer, evaluation and baseline like those that come with the zoo', async () => {
    const result = await run('third-party', { strategy: 'five-steps', parameters: {} }, () =>
      loadStrategies([{ name: 'theirs', import: () => Promise.resolve({ default: strategy }) }]),
    );
    expect(result.strategy).toEqual({ name: 'five-steps', version: '1.0.0' });
    expect(result.evaluation.baseline?.name).toBe('linear-probe');
    expect(result.files.some(({ path, isNew }) => isNew && layerOf(path) === 'block_16_project')).toBe(true);
  });

  it('keeps what it trained where memory does not suffice for the baseline, which then is missing', async () => {
    const messages: string[] = [];
    const leaving = {
      ...strategy,
      load: () =>
        Promise.resolve({
          fit: () =>
            Promise.resolve<FittedModel>({
              kind: 'fine-tuned',
              cut: { layer: 'block_16_project_BN', pooling: 'average', inputSize: 64 },
              weights: new Float32Array(320 * 3),
              bias: new Float32Array(3),
              changed: {},
              activation: 'softmax',
              chosen: {},
            }),
        }),
    };
    const result = await run(
      'no-baseline',
      {
        strategy: 'five-steps',
        parameters: {},
        memoryBytes: 1,
        on: { ...quiet, log: (message) => messages.push(message) },
      },
      () => loadStrategies([{ name: 'theirs', import: () => Promise.resolve({ default: leaving }) }]),
    );
    expect(result.evaluation.baseline).toBeNull();
    expect(messages.join('\n')).toMatch(/no baseline.*memory/i);
  });

  it('sees no test pictures, and its result is checked', async () => {
    const returning = (changes: Partial<FittedModel>) => ({
      ...strategy,
      load: () =>
        Promise.resolve({
          fit: async (context: FitContext) => {
            await expect(
              context.features('test' as 'train', { layer: 'block_5_add', pooling: 'average' }),
            ).rejects.toThrow(/not test/);
            return {
              kind: 'fine-tuned',
              cut: { layer: 'block_16_project_BN', pooling: 'average', inputSize: 64 },
              weights: new Float32Array(320 * 3),
              bias: new Float32Array(3),
              changed: {},
              activation: 'softmax',
              chosen: {},
              ...changes,
            } as FittedModel;
          },
        }),
    });
    const outcome = (changes: Record<string, unknown>) =>
      run('bad', { strategy: 'five-steps', parameters: {} }, () =>
        loadStrategies([{ name: 'theirs', import: () => Promise.resolve({ default: returning(changes) }) }]),
      );
    await expect(
      outcome({ changed: { 'block_16_project/kernel': Float32Array.of(NaN) } }),
    ).rejects.toMatchObject({
      code: 'STRATEGY_WEIGHTS_NOT_FINITE',
      message: expect.stringMatching(/NaN at position 0/) as string,
    });
    await expect(
      outcome({ changed: { 'block_16_project/kernel': Float32Array.of(1) } }),
    ).rejects.toMatchObject({
      code: 'STRATEGY_SHAPE_MISMATCH',
    });
    await expect(outcome({ bias: new Float32Array(2) })).rejects.toMatchObject({
      code: 'STRATEGY_SHAPE_MISMATCH',
    });
    for (const broken of [
      { chosen: undefined },
      { chosen: { layers: [1, 2] } },
      { changed: undefined },
      { cut: undefined },
      { cut: { layer: 'block_16_project_BN', pooling: 'max' } },
      { activation: 'sigmoid' },
    ]) {
      await expect(outcome(broken), JSON.stringify(broken)).rejects.toMatchObject({
        code: 'STRATEGY_RESULT_INVALID',
      });
    }
  });
});
