import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  ConformanceError,
  conformanceChecks,
  type ConformanceCheckName,
  type ConformanceOptions,
} from '../../../src/plugins/conformance/index.js';
import { z, type Problem, type Strategy, type TrainerSetup } from '../../../src/plugins/plugin.js';
import { classMeans, cut, fitClassMeans, parameters, quickStrategy, type Fit } from './quick-strategy.js';

interface Mistake {
  what: string;
  breaks: ConformanceCheckName;
  message: RegExp;
  strategy(): Strategy;
  options?: ConformanceOptions;
}

const checking = (check: () => unknown): Strategy =>
  quickStrategy(fitClassMeans, { check: check as Strategy['check'] });

/** One for each check, held against the whole kit. */
const mistakes: Mistake[] = [
  {
    what: 'has a parameter without title',
    breaks: 'metadata is complete',
    message: /parameters\.pull has no title/,
    strategy: () =>
      quickStrategy(fitClassMeans, {
        parameters: z.object({ pull: z.number().default(0).meta({ description: 'A pull.' }) }),
      }),
  },
  {
    what: 'adds to the data that it is shown in check',
    breaks: 'check is pure',
    message: /arguments as they are[^]*base, data or parameters it was given for a usual model/,
    strategy: () =>
      quickStrategy(fitClassMeans, {
        check: (_base, data) => {
          data.splits.validation.perClass.push(0);
          return [];
        },
      }),
  },
  {
    what: 'names the same class whatever it sees',
    breaks: 'learns an easy set',
    message: /at least 70 % of 40 easy pictures right, 25 % being chance\nHappened: 25 % are right/,
    strategy: () =>
      quickStrategy(async (context) => {
        const fitted = await fitClassMeans(context);
        return 'weights' in fitted ? { ...fitted, weights: fitted.weights.map(() => 0) } : fitted;
      }),
  },
  {
    what: 'draws noise that no seed decides',
    breaks: 'same seed, same result',
    message: /these files differ: weights\/classifier\.bin/,
    strategy: () =>
      quickStrategy(async (context) => {
        const fitted = await fitClassMeans(context);
        return 'bias' in fitted
          ? { ...fitted, bias: fitted.bias.map((value) => value + 1e-4 * Math.random()) }
          : fitted;
      }),
  },
  {
    what: 'scales the features it was lent in place',
    breaks: 'leaves the base model unchanged',
    message: /these are changed: features of train at block_4_relu/,
    strategy: () =>
      quickStrategy(async (context) => {
        const fitted = await fitClassMeans(context);
        const { data } = await context.features('train', cut);
        data.forEach((value, at) => (data[at] = value / 10));
        return fitted;
      }),
  },
  {
    what: 'returns another size of pictures than it solved on',
    breaks: 'predicts the same after save and load',
    message: /block_4_relu, pooling average, input size 24, and the cut returned is .*input size of the base/,
    strategy: () =>
      quickStrategy(async (context) => {
        const features = await context.features('train', { ...cut, inputSize: 24 });
        const fitted = await fitClassMeans({ ...context, features: () => Promise.resolve(features) });
        return fitted;
      }),
  },
  {
    what: 'keeps a tensor of every fit',
    breaks: 'leaks no tensors',
    message: /there are 1 more/,
    strategy: () =>
      quickStrategy(async (context) => {
        await tf.setBackend('cpu');
        tf.tensor1d([context.seed]);
        return fitClassMeans(context);
      }),
  },
  {
    what: 'waits for something without a look at the signal',
    breaks: 'obeys an abort',
    message: /ends within 0\.03 s, by throwing signal\.reason\nHappened: it was still at work then/,
    options: { limits: { abortMs: 30 } },
    strategy: () =>
      quickStrategy(async (context) => {
        await delay(400);
        return fitClassMeans({ ...context, signal: new AbortController().signal });
      }),
  },
  {
    what: 'forgets on the way what it had summed up before its checkpoint',
    breaks: 'resumes to the same result',
    message: /goes on from it to the same result\nHappened: these files differ: weights\/classifier\.bin/,
    strategy: () => quickStrategy(fitInTwoHalves),
  },
  {
    what: 'takes two classes for a special case',
    breaks: 'takes 2 classes',
    message: /a fit on 2 classes[^]*STRATEGY_SHAPE_MISMATCH/,
    strategy: () =>
      quickStrategy(async (context) => {
        const fitted = await fitClassMeans(context);
        if (context.classes.length > 2 || !('bias' in fitted)) return fitted;
        return {
          ...fitted,
          bias: fitted.bias.subarray(1),
          weights: fitted.weights.filter((_, at) => at % 2 === 1),
        };
      }),
  },
  {
    what: 'has room for 32 classes',
    breaks: 'takes 40 classes',
    message: /a fit on 40 classes[^]*RangeError: 40 classes do not fit/,
    strategy: () =>
      quickStrategy((context) => {
        if (context.classes.length > 32) throw new RangeError(`${context.classes.length} classes do not fit`);
        return fitClassMeans(context);
      }),
  },
  {
    what: 'divides by one less than the pictures of a class',
    breaks: 'takes a class with one picture',
    message: /one training picture[^]*NaN/,
    strategy: () =>
      quickStrategy(async (context) => {
        const fitted = await fitClassMeans(context);
        if (!('bias' in fitted)) return fitted;
        const bias = fitted.bias.map((value, label) => {
          const count = context.trainPerClass[label] ?? 0;
          return (value * count * (count - 1)) / (count * (count - 1));
        });
        return { ...fitted, bias };
      }),
  },
  {
    what: 'takes every picture for a square of 32 pixels',
    breaks: 'takes an odd input size',
    message: /37 × 29 pixels/,
    strategy: () =>
      quickStrategy(async (context) => {
        const flat = { layer: cut.layer, pooling: 'flatten' as const };
        const { data, rows, labels } = await context.features('train', flat);
        const featureDim = 4 * 4 * 32;
        const head = classMeans({ data, rows, labels, featureDim }, context.classes.length);
        return { kind: 'linear-on-features', cut: flat, ...head, activation: 'linear', chosen: {} };
      }),
  },
];

describe('the kit', () => {
  it('passes a strategy without a mistake', async () => {
    expect(await failuresOf(quickStrategy(fitClassMeans))).toEqual(new Map());
  });

  it.each(mistakes)(
    'catches a strategy that $what, by that check alone',
    async ({ breaks, message, ...mistake }) => {
      const failures = await failuresOf(mistake.strategy(), mistake.options);
      expect([...failures.keys()]).toEqual([breaks]);
      expect(failures.get(breaks)).toBeInstanceOf(ConformanceError);
      expect(failures.get(breaks)?.message).toMatch(message);
      expect(failures.get(breaks)?.message).toMatch(/^Expected: .*\nHappened: [^]*\nTo fix it: /);
    },
  );
});

/** More ways to fail the same checks. */
const variations: Mistake[] = [
  {
    what: 'a parameter that changes on its way through the schema',
    breaks: 'defaults are valid',
    message: /became \{"pull":0.5\}, and sent again \{"pull":0.75\}/,
    strategy: () =>
      quickStrategy(fitClassMeans, {
        parameters: z.object({
          pull: parameters.shape.pull.transform((pull) => (pull + 1) / 2),
        }),
      }),
  },
  {
    what: 'a check that throws where a model cannot be cut',
    breaks: 'check is pure',
    message: /check threw TypeError/,
    strategy: () =>
      quickStrategy(fitClassMeans, {
        check: (base) => ((base.cutPoints[0] as { layer: string }).layer === '' ? [] : []),
      }),
  },
  {
    what: 'a check that is a promise',
    breaks: 'check is pure',
    message: /check returned a promise/,
    strategy: () => checking(() => Promise.resolve([])),
  },
  {
    what: 'a check that reads a file',
    breaks: 'check is pure',
    message: /started something that goes on after it \(.*FSREQ/i,
    strategy: () =>
      checking((): Problem[] => {
        void readFile(fileURLToPath(import.meta.url));
        return [];
      }),
  },
  {
    what: 'a check that says something else each time',
    breaks: 'check is pure',
    message: /check said .*, then/,
    strategy: () => {
      let calls = 0;
      return checking((): Problem[] => [{ path: '', message: `call ${++calls}` }]);
    },
  },
  {
    what: 'a new value for a weight of a frozen layer',
    breaks: 'leaves the base model unchanged',
    message: /these frozen layers differ in the new version: block_1_bn/,
    strategy: () =>
      quickStrategy(
        fitByTrainer((trained) => ({
          ...trained,
          changed: { ...trained.changed, 'block_1_bn/beta': new Float32Array(12).fill(0.1) },
        })),
      ),
  },
  {
    what: 'a trainer that nobody disposes of',
    breaks: 'leaks no tensors',
    message: /1 of 1 trainers is not/,
    strategy: () => quickStrategy(fitByTrainer((trained) => trained, false)),
  },
  {
    what: 'an abort that ends in another error',
    breaks: 'obeys an abort',
    message: /it threw Error: something went wrong/,
    strategy: () =>
      quickStrategy((context) =>
        fitClassMeans(context).catch(() => Promise.reject(new Error('something went wrong'))),
      ),
  },
  {
    what: 'a checkpoint that is read without a look',
    breaks: 'resumes to the same result',
    message: /a damaged one being passed over\nHappened: the run ended with SyntaxError/,
    strategy: () =>
      quickStrategy(async (context) => {
        const [newest] = await context.checkpoints.candidates();
        if (newest !== undefined) JSON.parse(new TextDecoder().decode(newest));
        await context.checkpoints.save(new TextEncoder().encode('{}'), 1);
        return fitClassMeans(context);
      }),
  },
  {
    what: 'a run that never ends',
    breaks: 'learns an easy set',
    message: /the run was not done after 0\.5 s/,
    options: { limits: { runMs: 500 } },
    strategy: () => quickStrategy(() => new Promise(() => undefined)),
  },
];

it.each(variations)('catches $what', async ({ breaks, message, strategy, options }) => {
  const check = conformanceChecks(strategy(), options).find(({ name }) => name === breaks);
  await expect(check?.run()).rejects.toThrow(message);
});

describe('what is left out', () => {
  it('is reported to the test runner with its reason, and not run', async () => {
    const strategy = quickStrategy(() => Promise.reject(new Error('not to be called')));
    const leaveOut = { 'learns an easy set': 'needs a large network' };
    const check = conformanceChecks(strategy, { leaveOut }).find(({ name }) => name === 'learns an easy set');
    expect(check?.skip).toBe('needs a large network');
    const reasons: string[] = [];
    await check?.run({ skip: (reason) => reasons.push(reason) });
    expect(reasons).toEqual(['needs a large network']);
  });

  it('is a check that there is', () => {
    const leaveOut = { 'learns everything': 'why not' } as object;
    expect(() => conformanceChecks(quickStrategy(fitClassMeans), { leaveOut })).toThrow(
      /leaveOut names learns everything; the checks are metadata is complete, /,
    );
  });

  it('is what a strategy’s own check declines, for the reason it gives', async () => {
    const strategy = quickStrategy(fitClassMeans, {
      check: (_base, data) =>
        data.classes.length > 10 ? [{ path: 'datasetVersionId', message: 'At most 10 classes.' }] : [],
    });
    const check = conformanceChecks(strategy).find(({ name }) => name === 'takes 40 classes');
    const reasons: string[] = [];
    await check?.run({ skip: (reason) => reasons.push(reason) });
    expect(reasons.join()).toMatch(/At most 10 classes\./);
  });
});

async function failuresOf(
  strategy: Strategy,
  options?: ConformanceOptions,
): Promise<Map<ConformanceCheckName, Error>> {
  const failures = new Map<ConformanceCheckName, Error>();
  for (const { name, run } of conformanceChecks(strategy, options)) {
    await run().catch((error: Error) => failures.set(name, error));
  }
  return failures;
}

/** Class means over the first half of the pictures, a checkpoint, the other half: and the first is not in the checkpoint. */
const fitInTwoHalves: Fit = async (context) => {
  const { data, labels, rows, featureDim } = await context.features('train', cut);
  const candidates = await context.checkpoints.candidates();
  const resumes = candidates.some((bytes) => new TextDecoder().decode(bytes) === 'halfway');
  await context.checkpoints.save(new TextEncoder().encode('halfway'), 1);
  context.signal.throwIfAborted();
  const all = Array.from({ length: rows }, (_, row) => row);
  // Every other picture, so that every class has some.
  const used = resumes ? all.filter((row) => row % 2 === 1) : all;
  const part = {
    rows: used.length,
    featureDim,
    data: Float32Array.from(
      used.flatMap((row) => [...data.subarray(row * featureDim, (row + 1) * featureDim)]),
    ),
    labels: Int32Array.from(used, (row) => labels[row] ?? 0),
  };
  const head = classMeans(part, context.classes.length);
  return { kind: 'linear-on-features', cut, ...head, activation: 'linear', chosen: {} };
};

type Trained = Awaited<ReturnType<Awaited<ReturnType<Parameters<Fit>[0]['trainer']>>['read']>>;

/** One step of training behind block 3. */
function fitByTrainer(change: (trained: Trained) => Trained, disposes = true): Fit {
  return async (context) => {
    const setup: TrainerSetup = {
      cut,
      frozenUpTo: 'block_3_relu',
      head: 'random',
      initialization: 'pretrained',
      batchNormalization: 'frozen',
      dropout: 0,
      optimizer: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
      layerDecay: 1,
      batchSize: 8,
      augmentation: 'none',
      views: 1,
    };
    const trainer = await context.trainer(setup);
    try {
      return { kind: 'fine-tuned', cut, ...change(await trainer.read()), activation: 'softmax', chosen: {} };
    } finally {
      if (disposes) await trainer.dispose();
    }
  };
}
