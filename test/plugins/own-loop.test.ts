import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createOnnxSession } from '../../src/learning/engines/onnx-runtime.js';
import { lowerNetwork } from '../../src/learning/onnx/lower-network.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, readModelFiles, type ModelFile } from '../../src/learning/tfjs-layers/model-files.js';
import { loadPlainModel, savePlainModel } from '../../src/learning/tfjs-layers/plain-model.js';
import {
  defineStrategy,
  type FitContext,
  type FittedModel,
  type WholeNetwork,
} from '../../src/plugins/contract.js';
import { loadStrategies } from '../../src/plugins/loader.js';
import { describeLeftTensors } from '../../src/plugins/run/own-loop.js';
import { publishedFiles } from '../../src/plugins/run/published-files.js';
import { runStrategy, type RunInput, type RunResult } from '../../src/plugins/run/run-strategy.js';
import { addonFolder, enginesUnderTest } from '../learning/training/engines/engines-under-test.js';
import { leaveOut } from '../support/left-out.js';
import { createClothingWorkshop, type ClothingWorkshop } from './clothing.js';

const classes = ['dress', 'hat', 'shoes'];
const inputSize = 32;

const { engines } = await enginesUnderTest();
const hasAddon = engines.some(({ name }) => name === 'tfjs-node');
if (!hasAddon) leaveOut('a loop of its own on TensorFlow', 'run `node scripts/build-tfjs-addon.mjs`.');

let workshop: ClothingWorkshop;
beforeAll(async () => {
  workshop = await createClothingWorkshop(classes, { train: 8, validation: 4, test: 6 });
});
afterAll(() => workshop.remove());

/** Trains a convolution and a head of the base's first layers, in plain tfjs, and returns all of it. */
async function trainBeginning(context: FitContext): Promise<WholeNetwork> {
  const { seed, signal } = context;
  const tf = await context.tf();
  const { count, labels, height, width, channels, read } = await context.pictures('train', inputSize);
  const inputs = await read([...labels.keys()]);
  const base = await loadPlainModel(tf, await context.baseFiles(inputSize));
  const optimizer = tf.train.adam(0.003);
  const pooled = tf.layers
    .globalAveragePooling2d({ name: 'pooled' })
    .apply(base.getLayer('block_1_project_BN').output) as ReturnType<typeof tf.input>;
  const head = tf.layers.dense({
    name: 'head',
    units: context.classes.length,
    activation: 'softmax',
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  });
  const model = tf.model({ inputs: base.inputs, outputs: head.apply(pooled) as typeof pooled });
  const trained = ['block_1_project', 'head'].flatMap((name) =>
    // What a layer keeps its weights in is a tensor that can move.
    model.getLayer(name).weights.map((weight) => weight.read() as ReturnType<typeof tf.variable>),
  );
  for (let step = 0; step < 12; step++) {
    signal.throwIfAborted();
    const loss = tf.tidy(() => {
      const cost = optimizer.minimize(
        () => {
          const outputs = model.apply(tf.tensor(inputs, [count, height, width, channels])) as ReturnType<
            typeof tf.tensor
          >;
          const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), context.classes.length);
          return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.log(tf.maximum(outputs, 1e-7))), 1))) as ReturnType<
            typeof tf.scalar
          >;
        },
        true,
        trained,
      );
      return cost?.dataSync()[0] ?? NaN;
    });
    context.metric('train/loss', loss, step);
  }
  const files = await savePlainModel(tf, model);
  optimizer.dispose();
  // What both models stand on is disposed of once.
  head.dispose();
  base.dispose();
  return { kind: 'whole-network', files, activation: 'softmax', chosen: { steps: 12 } };
}

const quiet = { progress: () => undefined, metric: () => undefined, log: () => undefined };

function run(
  output: string,
  fit: (context: FitContext) => Promise<FittedModel>,
  changes: Partial<RunInput> = {},
): Promise<RunResult> {
  const strategy = defineStrategy({
    name: 'own-loop',
    version: '1.0.0',
    summary: 'A loop of its own over plain tfjs.',
    parameters: z.object({}),
    needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'optional' },
    check: () => [],
    load: () => Promise.resolve({ fit }),
  });
  return runStrategy(
    {
      strategy: 'own-loop',
      parameters: {},
      baseFolder: workshop.baseFolder,
      datasetFolder: workshop.datasetFolder,
      cacheFolder: join(workshop.folder, 'cache'),
      cacheBytes: 1e9,
      outputFolder: join(workshop.folder, output),
      seed: 1,
      threads: 2,
      engine: { wanted: 'tfjs-cpu' },
      signal: new AbortController().signal,
      on: quiet,
      ...changes,
    },
    () => loadStrategies([{ name: 'theirs', import: () => Promise.resolve({ default: strategy }) }]),
  );
}

describe.each([
  { backend: 'plain JavaScript', engine: { wanted: 'tfjs-cpu' } as const, says: /tfjs-backend-cpu@/ },
  ...(hasAddon
    ? [{ backend: 'TensorFlow', engine: { wanted: 'auto', addonFolder } as const, says: /tfjs-node@/ }]
    : []),
])('a strategy with a loop of its own over plain tfjs, on $backend', ({ backend, engine, says }) => {
  let result: RunResult;
  const log: string[] = [];
  const losses: number[] = [];
  beforeAll(async () => {
    result = await run(backend, trainBeginning, {
      engine,
      on: {
        ...quiet,
        log: (message) => log.push(message),
        metric: (name, value) => void (name === 'train/loss' && losses.push(value)),
      },
    });
  });

  it('trains, and its network is evaluated beside the linear probe like any other', () => {
    expect(log.join('\n')).toMatch(says);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.9);
    const { accuracy, baseline, imageCount, calibrationError } = result.evaluation;
    expect(imageCount).toBe(18);
    expect(baseline?.difference).toBeCloseTo(accuracy - (baseline?.accuracy ?? NaN), 12);
    expect(calibrationError).not.toBeNull();
    expect(baseline?.name).toBe('linear-probe');
    expect(result).toMatchObject({ kind: 'whole-network', cut: null, chosen: { steps: 12 } });
  });

  it('leaves no tensor behind', () => {
    expect(log.filter((message) => message.includes('tfjs behind'))).toEqual([]);
  });

  it("is published with the data set's labels, and shares the files of layers that did not change", () => {
    expect(result.manifest).toMatchObject({ labels: classes, input: { height: 32, width: 32 } });
    const fresh = result.files.filter(({ isNew }) => isNew).map(({ path }) => path);
    expect(fresh.sort()).toEqual(['model.json', 'weights/block_1_project.bin', 'weights/head.bin']);
    expect(result.files.length).toBeGreaterThan(8);
  });

  it('predicts in the zoo what plain tfjs predicts from its files', async () => {
    const { baseFolder, folder } = workshop;
    const outputFolder = join(folder, backend);
    const files = await readModelFiles(await publishedFiles(result.files, { baseFolder, outputFolder }));
    const { layers, manifest } = await loadTfjsLayers(filesInMemory(files));
    const { tf, seen: pictures } = await lookInto(engine, async (context) =>
      (await context.pictures('validation', inputSize)).read([0, 1, 2]),
    );
    const shape = [3, inputSize, inputSize, 3];
    const plain = await loadPlainModel(tf, files);
    const expected = (plain.predict(tf.tensor(pictures, shape)) as ReturnType<typeof tf.tensor>).dataSync();
    plain.dispose();
    const session = await createOnnxSession(
      lowerNetwork(layers, manifest.input, [{ layer: 'head', pooling: 'flatten' }], 'float32'),
      2,
    );
    // The lowered network takes pixels from 0 to 1, before they are scaled.
    const { range } = manifest.input;
    const pixels = pictures.map((value) => (value - range[0]) / (range[1] - range[0]));
    const [ours = new Float32Array()] = await session.run(pixels, shape);
    await session.dispose();
    expect(ours).toHaveLength(9);
    ours.forEach((score, at) => expect(score).toBeCloseTo(expected[at] ?? NaN, 4));
  });
});

/** What is seen within a fit, and the tfjs that it is given. */
async function lookInto<T>(engine: RunInput['engine'], look: (context: FitContext) => Promise<T>) {
  let found: { tf: Awaited<ReturnType<FitContext['tf']>>; seen: T } | undefined;
  const looked = run(
    'look',
    async (context) => {
      found = { tf: await context.tf(), seen: await look(context) };
      throw new Error('seen enough');
    },
    { engine },
  );
  await expect(looked).rejects.toThrow('seen enough');
  if (found === undefined) throw new Error('fit was not called');
  return found;
}

describe('what a loop of its own is given', () => {
  const looking = (look: (context: FitContext) => Promise<void>) =>
    run('look', async (context) => {
      await look(context);
      throw new Error('seen enough');
    });

  it('pictures of train and validation, with labels, scaled as the base takes them', async () => {
    const looked = looking(async (context) => {
      const pictures = await context.pictures('train', 24);
      expect(pictures).toMatchObject({ count: 24, height: 24, width: 24, channels: 3 });
      expect([...pictures.labels].sort()).toEqual([0, 1, 2].flatMap((label) => Array<number>(8).fill(label)));
      const read = await pictures.read([5, 0, 5]);
      expect(read).toHaveLength(3 * 24 * 24 * 3);
      expect(read.slice(0, 24 * 24 * 3)).toEqual(read.slice(2 * 24 * 24 * 3));
      const { range } = context.base.input;
      expect(Math.min(...read)).toBeGreaterThanOrEqual(range[0]);
      expect(Math.max(...read)).toBeLessThanOrEqual(range[1]);
      expect(Math.max(...read) - Math.min(...read)).toBeGreaterThan((range[1] - range[0]) / 2);
      expect((await context.pictures('validation')).height).toBe(context.base.input.height);
      await expect(pictures.read([24])).rejects.toThrow(
        'picture 24 is asked for; the train split has pictures 0 to 23',
      );
      await expect(context.pictures('test' as 'train')).rejects.toThrow(/train and validation, not test/);
      await expect(context.pictures('train', 0.5)).rejects.toMatchObject({
        code: 'MODEL_INPUT_SIZE_UNSUPPORTED',
      });
    });
    await expect(looked).rejects.toThrow('seen enough');
  });

  it('no pictures once it is over: what is read then fails and says so', async () => {
    const { seen: pictures } = await lookInto({ wanted: 'tfjs-cpu' }, async (context) =>
      context.pictures('train', 24),
    );
    await expect(pictures.read([0])).rejects.toThrow(/closed.*Await every read/);
  });

  it('a log that names the tensors it left behind', async () => {
    const log: string[] = [];
    const leaking = async (context: FitContext) => {
      const tf = await context.tf();
      tf.tensor([1, 2, 3]);
      tf.variable(tf.scalar(1)).assign(tf.scalar(2));
      return { kind: 'whole-network', files: [], activation: 'linear', chosen: {} } as FittedModel;
    };
    const failed = run('leaking', leaking, { on: { ...quiet, log: (message) => log.push(message) } });
    await expect(failed).rejects.toMatchObject({ code: 'MODEL_JSON_MISSING' });
    const left = log.find((message) => message.includes('tfjs behind'));
    expect(left).toBe(describeLeftTensors(Number(/left (\d+)/.exec(left ?? '')?.[1])));
    expect(left).toMatch(/left [3-9] tensors/);
  });
});

describe('a network of its own that cannot be published', () => {
  /** The base's beginning with a head of some units, its files changed. */
  async function network(
    context: FitContext,
    units: number,
    change: (json: string, weights: Float32Array) => string = (json) => json,
  ): Promise<ModelFile[]> {
    const tf = await context.tf();
    const input = tf.input({ shape: [16, 16, 3], name: 'picture' });
    // By itself the zoo would take the values of its pictures to be 0 to 255.
    const same = tf.layers.rescaling({ name: 'same', scale: 1 }).apply(input) as typeof input;
    const flat = tf.layers.flatten({ name: 'flat' }).apply(same) as typeof input;
    const outputs = tf.layers
      .dense({ units, name: 'head', activation: 'softmax' })
      .apply(flat) as typeof input;
    const model = tf.model({ inputs: input, outputs });
    const [json, weights] = await savePlainModel(tf, model);
    model.dispose();
    if (json === undefined || weights === undefined) throw new Error('nothing was saved');
    const text = change(new TextDecoder().decode(json.bytes), new Float32Array(weights.bytes.buffer));
    return [{ path: 'model.json', bytes: new TextEncoder().encode(text) }, weights];
  }
  const returning = (
    units: number,
    change?: (json: string, weights: Float32Array) => string,
    fields: Partial<WholeNetwork> = {},
  ) =>
    run('refused', async (context) => ({
      kind: 'whole-network',
      files: await network(context, units, change),
      activation: 'softmax',
      chosen: {},
      ...fields,
    }));

  it.each<[what: string, code: string, message: RegExp, Parameters<typeof returning>]>([
    ['has other classes', 'STRATEGY_SHAPE_MISMATCH', /gives \[4\] for a picture; \[3\] is expected/, [4]],
    [
      'has a layer nobody knows',
      'MODEL_LAYER_UNKNOWN',
      /own-loop returned what cannot be published\. .*Lambda/,
      [3, (json) => json.replace('"Flatten"', '"Lambda"')],
    ],
    [
      'names a file outside',
      'MODEL_PATH_OUTSIDE',
      /cannot be published/,
      [3, (json) => json.replace('weights.bin', '../weights.bin')],
    ],
    [
      'holds NaN',
      'STRATEGY_WEIGHTS_NOT_FINITE',
      /head\/kernel holds NaN/,
      [3, (json, weights) => (weights.fill(NaN, 7, 8), json)],
    ],
    [
      'ends in something else than it says',
      'STRATEGY_RESULT_INVALID',
      /said to end in linear/,
      [3, undefined, { activation: 'linear' }],
    ],
    [
      'is no files',
      'STRATEGY_RESULT_INVALID',
      /no list of \{ path, bytes \}/,
      [3, undefined, { files: ['a'] as never }],
    ],
    [
      'does not take its size',
      'MODEL_INPUT_SIZE_UNSUPPORTED',
      /cannot be published/,
      [3, undefined, { inputSize: 20 }],
    ],
  ])('because it %s', async (_, code, message, args) => {
    const refused = returning(...args);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(message);
  });

  it('is published where all is well, though the base does not take pictures of that size', async () => {
    const result = await returning(3);
    expect(result.manifest.input).toMatchObject({ height: 16, width: 16, range: [0, 1] });
    expect(result.evaluation.baseline?.name).toBe('linear-probe');
  });
});
