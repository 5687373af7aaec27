import { describe, expect, it } from 'vitest';
import { compileOnBest, type OpenEngine } from '../../../../src/learning/training/engines/choose-engine.js';
import type {
  StepResult,
  TrainingEngine,
  TrainingSpec,
  TrainingState,
} from '../../../../src/learning/training/engines/training-engine.js';
import type { LossFunction } from '../../../../src/learning/training/programs/loss-function.js';
import type { OptimizerRule } from '../../../../src/learning/training/programs/optimizer-rule.js';
import type { WeightPenalty } from '../../../../src/learning/training/programs/weight-penalty.js';
import { pseudoRandom } from '../../support/tfjs.js';
import { enginesUnderTest, stateAfter, using } from './engines-under-test.js';
import {
  adagrad,
  crossEntropy,
  decay,
  focal,
  kernelsOnly,
  ownMomentum,
  towardsStart,
} from './own-functions.js';
import { numClasses, optimizers, tinyBatch, tinySpec, trainSteps } from './tiny-training.js';

// What is left out here is named by the contract suite beside it.
const { engines } = await enginesUnderTest();
const plain = optimizers['plain SGD'];

function largestDifference(a: TrainingState, b: TrainingState): number {
  expect(Object.keys(a.tensors).sort()).toEqual(Object.keys(b.tensors).sort());
  const differences = Object.entries(a.tensors).flatMap(([name, values]) =>
    [...values].map((value, at) => Math.abs(value - (b.tensors[name]?.[at] ?? NaN))),
  );
  return Math.max(...differences);
}

/** Squared distance of the weights before the head from where they started. */
function distance({ tensors }: TrainingState, { network }: TrainingSpec): number {
  const before = network.weights.filter(({ trained, layer }) => trained && layer !== 'classifier');
  return before.reduce(
    (sum, { name, value }) =>
      sum +
      value.reduce((all, start, at) => all + (start - (tensors[`weight/${name}`]?.[at] ?? NaN)) ** 2, 0),
    0,
  );
}

describe.each(engines)('$name', (engine) => {
  describe('with a loss of its own', () => {
    it('trains as it does by itself where that is cross-entropy, row weights included', async () => {
      const spec = await tinySpec({ dropout: 0.3 });
      const weighted = (at: number) => {
        const batch = tinyBatch(at, 5);
        batch.targets.forEach((target, i) => (batch.targets[i] = target * (1 + (i % numClasses))));
        return batch;
      };
      const run = (of: TrainingSpec) =>
        using(engine, of, async (step) => {
          const results: StepResult[] = [];
          for (let at = 0; at < 3; at++) results.push(await step.step(weighted(at), 0.02));
          return { results, state: await step.readState() };
        });
      const [own, usual] = [await run({ ...spec, loss: crossEntropy }), await run(spec)];
      own.results.forEach(({ loss, gradientNorm }, at) => {
        expect(loss).toBeCloseTo(usual.results[at]?.loss ?? NaN, 5);
        expect(gradientNorm).toBeCloseTo(usual.results[at]?.gradientNorm ?? NaN, 4);
      });
      expect(largestDifference(own.state, usual.state)).toBeLessThan(1e-5);
    });

    it('learns by another one', async () => {
      const spec = { ...(await tinySpec()), loss: focal };
      const losses = await using(engine, spec, (step) => trainSteps(step, 40));
      expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.75);
    });

    it('leaves rows whose targets are zero out', async () => {
      const spec = { ...(await tinySpec()), loss: focal };
      const run = (noise: number) =>
        using(engine, spec, async (step) => {
          const batch = tinyBatch(1, 4);
          batch.inputs.subarray(4 * 8 * 8 * 3).set(pseudoRandom(2 * 8 * 8 * 3, noise));
          const { loss } = await step.step(batch, 0.02);
          return { loss, state: await step.readState() };
        });
      expect(await run(10)).toEqual(await run(11));
    });
  });

  describe('with a penalty', () => {
    it('decays weights by it as weight decay does, and clips the gradients of the loss alone', async () => {
      const spec = await tinySpec({ optimizer: plain, clipNorm: 0.01 });
      for (const weight of spec.network.weights) weight.decays = weight.trained;
      const penalized = await stateAfter(engine, { ...spec, penalty: decay }, 3);
      const decayed = await stateAfter(engine, { ...spec, optimizer: { ...plain, weightDecay: 0.05 } }, 3);
      expect(largestDifference(penalized, decayed)).toBeLessThan(1e-6);
      expect(largestDifference(penalized, await stateAfter(engine, spec, 3))).toBeGreaterThan(1e-4);
    });

    it('pulls weights towards where training began, and says how much that adds to the loss', async () => {
      const spec = await tinySpec({ optimizer: optimizers.Adam });
      const pulled = { ...spec, penalty: towardsStart };
      const results = await using(engine, pulled, async (step) => {
        const all: StepResult[] = [];
        for (let at = 0; at < 10; at++) all.push(await step.step(tinyBatch(at % 4), 0.02));
        return all;
      });
      const ofHead = spec.network.weights
        .filter(({ layer }) => layer === 'classifier')
        .reduce((sum, { value }) => sum + value.reduce((all, w) => all + 0.01 * w ** 2, 0), 0);
      expect(results[0]?.penalty).toBeCloseTo(ofHead, 5);
      expect(results[9]?.penalty).toBeGreaterThan(ofHead);
      const first = await using(engine, spec, (step) => step.step(tinyBatch(0), 0.02));
      expect(first).toEqual({ ...results[0], penalty: undefined });
      expect(distance(await stateAfter(engine, pulled, 10), spec)).toBeLessThan(
        distance(await stateAfter(engine, spec, 10), spec) / 1.5,
      );
    });

    it('may leave weights out', async () => {
      const spec = await tinySpec({ optimizer: plain });
      const [whole, none] = [
        await stateAfter(engine, { ...spec, penalty: kernelsOnly }, 2),
        await stateAfter(engine, { ...spec, penalty: (tf) => tf.scalar(0) }, 2),
      ];
      expect(largestDifference(none, await stateAfter(engine, spec, 2))).toBeLessThan(1e-6);
      expect(whole.tensors['weight/stem/kernel']).not.toEqual(none.tensors['weight/stem/kernel']);
    });
  });

  describe('with an optimizer of its own', () => {
    it('moves weights as the rule says: the same bits where it says the same', async () => {
      const spec = await tinySpec({ clipNorm: 1 });
      const own = await stateAfter(engine, { ...spec, optimizer: ownMomentum }, 4);
      expect(own).toEqual(await stateAfter(engine, spec, 4));
    });

    it('learns', async () => {
      const spec = { ...(await tinySpec()), optimizer: adagrad };
      const losses = await using(engine, spec, (step) => trainSteps(step, 40));
      expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.75);
    });
  });

  it('goes on from a state with all of them, bit for bit', async () => {
    const spec = {
      ...(await tinySpec({ dropout: 0.3, clipNorm: 1 })),
      optimizer: adagrad,
      loss: focal,
      penalty: towardsStart,
    };
    const whole = await stateAfter(engine, spec, 6);
    const half = await stateAfter(engine, spec, 3);
    const resumed = await using(engine, spec, async (step) => {
      await step.writeState(half);
      await trainSteps(step, 3, 3);
      return step.readState();
    });
    expect(resumed).toEqual(whole);
  });

  const refusedAtOnce: [what: string, own: Partial<TrainingSpec>, message: RegExp][] = [
    [
      'a loss for the whole batch',
      { loss: (tf, logits) => tf.sum(logits) },
      /function loss gave a tensor of type float32 and shape \[\]; .* \[\d\] is expected: one loss for each row/,
    ],
    [
      'a loss that depends on nothing',
      { loss: (tf, _, targets) => tf.sum(targets, 1) },
      /function loss gave losses that do not depend on the logits/,
    ],
    ['no tensor', { loss: (() => 3) as unknown as LossFunction }, /function loss gave 3; a float32 tensor/],
    [
      'a penalty for each number',
      { penalty: (tf, weight) => tf.square(weight) },
      /function penalty gave .* shape \[3, 3, 3, 6\]; .* \[\] is expected/,
    ],
    [
      'a step that forgets a slot',
      {
        optimizer: {
          ...adagrad,
          move: (tf, step) => ({ weight: adagrad.move(tf, step).weight, slots: {} }),
        },
      },
      /function optimizer.move gave undefined; .* the slot squares after the step/,
    ],
    [
      'scalars of a reserved name',
      { optimizer: { ...adagrad, scalars: () => ({ learningRate: 1 }) } },
      /function optimizer.scalars gave learningRate as 1 at step 1/,
    ],
  ];
  it.each(refusedAtOnce)('refuses %s before the first step', async (_, own, message) => {
    const refused = engine.compile({ ...(await tinySpec()), ...own });
    await expect(refused).rejects.toMatchObject({ code: 'TRAINING_FUNCTION_INVALID' });
    await expect(refused).rejects.toThrow(message);
  });

  const wrongLoss: LossFunction = (tf, logits, targets) =>
    tf.neg(tf.sum(tf.mul(targets, tf.log(tf.sub(tf.softmax(logits), 2))), 1));
  const lossWithoutGradient: LossFunction = (tf, logits) =>
    tf.sqrt(tf.sum(tf.square(tf.relu(tf.sub(logits, 100))), 1));
  const length: WeightPenalty = (tf, weight, { start }) => tf.sqrt(tf.sum(tf.square(tf.sub(weight, start))));
  const dividing: OptimizerRule = {
    slots: [],
    scalars: (step) => ({ late: step > 2 ? 0 : 1 }),
    move: (tf, { weight, gradient, scalars }) => ({
      weight: tf.sub(weight, tf.div(tf.mul(gradient, 0.01), scalars['late'] as typeof weight)),
      slots: {},
    }),
  };
  const broken: [what: string, own: Partial<TrainingSpec>, message: RegExp][] = [
    ['a loss that is NaN', { loss: wrongLoss }, /function loss gave NaN, though all logits are ordinary/],
    [
      'a loss without a gradient',
      { loss: lossWithoutGradient },
      /function loss gave a finite loss whose gradient is NaN/,
    ],
    [
      'a penalty without a gradient',
      { penalty: length },
      /function penalty gave a finite penalty at step 1, but a gradient/,
    ],
    [
      'a penalty that is infinite',
      { penalty: (tf, w) => tf.div(1, tf.mul(0, tf.sum(w))) },
      /function penalty gave \S+ at step 1/,
    ],
    [
      'a step that divides by zero',
      { optimizer: dividing },
      /function optimizer.move gave NaN or infinity at step 3/,
    ],
  ];
  it.each(broken)('names %s, and is as it was', async (_, own, message) => {
    for (const clipNorm of [undefined, 1]) {
      const spec = { ...(await tinySpec({ clipNorm, batchNormalization: 'training' })), ...own };
      await using(engine, spec, async (step) => {
        const good = own.optimizer === undefined ? 0 : 2;
        await trainSteps(step, good);
        const before = await step.readState();
        const failed = step.step(tinyBatch(good), 0.02);
        await expect(failed).rejects.toMatchObject({ code: 'TRAINING_FUNCTION_INVALID' });
        await expect(failed).rejects.toThrow(message);
        expect(await step.readState()).toEqual(before);
      });
    }
  });

  it('still says by its numbers that a batch holds NaN', async () => {
    const spec = { ...(await tinySpec()), optimizer: adagrad, loss: focal, penalty: towardsStart };
    await using(engine, spec, async (step) => {
      const before = await step.readState();
      const bad = tinyBatch(2);
      bad.inputs[5] = NaN;
      expect((await step.step(bad, 0.02)).loss).toBeNaN();
      expect(await step.readState()).toEqual(before);
    });
  });
});

describe('an operation that cannot be compiled, in a loss of its own', () => {
  const bending: LossFunction = (tf, logits, targets) =>
    tf.sum(tf.mul(targets, tf.sub(2, tf.atan(logits))), 1);

  it('is left to the next engine, and the log says why', async () => {
    const log: string[] = [];
    const spec = { ...(await tinySpec()), loss: bending };
    const open: OpenEngine = (name) => {
      const engine = engines.find((one) => one.name === name);
      return Promise.resolve(engine === undefined ? { reason: 'not there.', remedy: '' } : { engine });
    };
    const { engine, step } = await compileOnBest(
      spec,
      { wanted: 'auto', threads: 2 },
      (message) => log.push(message),
      open,
    );
    const losses = await trainSteps(step, 12);
    await step.dispose();
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    expect(engine.name).not.toBe('onnxruntime');
    expect(log.join('\n')).toMatch(
      /onnxruntime cannot train this network\. .* kernel Atan, .* It may be the strategy's own loss that brings it in\./,
    );
  });

  it('is refused where that engine was asked for by name', async () => {
    const spec = { ...(await tinySpec()), loss: bending };
    const onnx = engines.find(({ name }) => name === 'onnxruntime');
    await expect(onnx?.compile(spec)).rejects.toMatchObject({ code: 'TRAINING_LAYER_UNSUPPORTED' });
  });

  it('is told apart from one that reads a value, which none compiles', async () => {
    const reading: LossFunction = (tf, logits, targets) =>
      tf.mul(tf.sum(tf.mul(logits, targets), 1), logits.dataSync()[0] ?? 0);
    for (const engine of engines.filter(({ name }) => name !== 'tfjs-cpu')) {
      const refused = engine.compile({ ...(await tinySpec()), loss: reading });
      await expect(refused).rejects.toMatchObject({ code: 'TRAINING_FUNCTION_INVALID' });
      await expect(refused).rejects.toThrow(/function loss reads a tensor's value/);
    }
  });
});

describe.runIf(engines.length > 1)('all engines', () => {
  const [reference, ...others] = [...engines].reverse();

  it.each(others)('$name trains as the reference does with functions of its own', async (engine) => {
    const own = { optimizer: adagrad, loss: focal, penalty: towardsStart };
    for (const batchNormalization of ['frozen', 'training'] as const) {
      const spec = { ...(await tinySpec({ dropout: 0.4, batchNormalization, clipNorm: 1 })), ...own };
      const run = (on: TrainingEngine) =>
        using(on, spec, async (step) => {
          const results: StepResult[] = [];
          for (let at = 0; at < 5; at++) results.push(await step.step(tinyBatch(at), 0.01));
          return { results, state: await step.readState() };
        });
      const [expected, actual] = [await run(reference as TrainingEngine), await run(engine)];
      actual.results.forEach(({ loss, penalty, gradientNorm }, at) => {
        const wanted = expected.results[at] as StepResult;
        expect(loss).toBeCloseTo(wanted.loss, 4);
        expect(penalty).toBeCloseTo(wanted.penalty ?? NaN, 4);
        expect(gradientNorm).toBeCloseTo(wanted.gradientNorm, 3);
      });
      // AdaGrad divides by the square root of what may be almost nothing.
      expect(largestDifference(actual.state, expected.state)).toBeLessThan(5e-3);
    }
  });
});
