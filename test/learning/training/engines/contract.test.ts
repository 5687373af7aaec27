import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../../src/errors.js';
import type {
  StepResult,
  TrainingEngine,
  TrainingSpec,
  TrainingState,
} from '../../../../src/learning/training/engines/training-engine.js';
import { leaveOut } from '../../../support/left-out.js';
import { predict, pseudoRandom } from '../../support/tfjs.js';
import { enginesUnderTest, stateAfter, using } from './engines-under-test.js';
import {
  batchSize,
  numClasses,
  optimizers,
  tinyBackbone,
  tinyBatch,
  tinySpec,
  trainSteps,
} from './tiny-training.js';

const { engines, missing } = await enginesUnderTest();
for (const { name, remedy } of missing) leaveOut(`training on ${name}`, remedy);

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (b[at] ?? NaN))), 0);
}

const batchStatistics = { batchNormalization: 'training' } as const;

describe.each(engines)('$name', (engine) => {
  it('says what it is and what it runs on', () => {
    expect(engine.version).toMatch(/^[\w-]+@\d+\.\d+\.\d+/);
    expect(engine.device).toMatch(/\S/);
  });

  it.each(Object.entries(optimizers))('learns by %s', async (_, optimizer) => {
    await using(engine, await tinySpec({ optimizer }), async (step) => {
      const losses = await trainSteps(step, 40);
      expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.75);
    });
  });

  it('gives loss, logits and gradient norm of the weights before the step', async () => {
    await using(engine, await tinySpec(), async (step) => {
      const batch = tinyBatch(0);
      const before = await step.score(batch.inputs, batchSize);
      const { loss, logits, gradientNorm } = await step.step(batch, 0.02);
      expect(largestDifference(logits, before)).toBeLessThan(1e-5);
      expect(loss).toBeCloseTo(crossEntropy(logits, batch.labels), 5);
      expect(gradientNorm).toBeGreaterThan(0);
      expect(largestDifference(await step.score(batch.inputs, batchSize), before)).toBeGreaterThan(1e-4);
    });
  });

  it('scores as plain tfjs predicts, whatever the number of rows', async () => {
    const { plain, model } = await tinyBackbone();
    const spec = await tinySpec({ model, dropout: 0.5 });
    await using(engine, spec, async (step) => {
      for (const count of [1, batchSize, 2 * batchSize + 1]) {
        const inputs = pseudoRandom(count * 8 * 8 * 3, count);
        const expected = head(spec, await predict(plain, inputs, [count, 8, 8, 3]), count);
        expect(largestDifference(await step.score(inputs, count), expected)).toBeLessThan(1e-4);
      }
      expect(await step.score(new Float32Array(0), 0)).toHaveLength(0);
    });
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    const spec = await tinySpec({ dropout: 0.3 });
    const first = await stateAfter(engine, spec, 4);
    expect(await stateAfter(engine, spec, 4)).toEqual(first);
    expect(await stateAfter(engine, { ...spec, seed: 8 }, 4)).not.toEqual(first);
  });

  describe.each(Object.entries(optimizers))('under %s', (_, optimizer) => {
    it.each(['frozen', 'training'] as const)(
      'goes on from a state, bit for bit, with batch normalisation %s',
      async (batchNormalization) => {
        const spec = await tinySpec({ optimizer, batchNormalization, dropout: 0.3 });
        const whole = await stateAfter(engine, spec, 6);
        const half = await stateAfter(engine, spec, 3);
        const resumed = await using(engine, spec, async (step) => {
          await step.writeState(half);
          expect(await step.readState()).toEqual(half);
          await trainSteps(step, 3, 3);
          return step.readState();
        });
        expect(resumed).toEqual(whole);
        expect(whole.step).toBe(6);
      },
    );
  });

  it('moves what is trained and nothing else, and never what it was given', async () => {
    const spec = await tinySpec();
    const { weights } = spec.network;
    for (const weight of weights) if (weight.layer.startsWith('stem')) weight.trained = false;
    const given = weights.map(({ value }) => value.slice());
    const before = await stateAfter(engine, spec, 0);
    const after = await stateAfter(engine, spec, 2);
    expect(weights.map(({ value }) => value)).toEqual(given);
    for (const { name, trained, value } of weights) {
      const key = `weight/${name}`;
      if (trained) {
        expect(before.tensors[key], name).toEqual(value);
        expect(after.tensors[key], name).not.toEqual(value);
      } else {
        expect(after.tensors[key] ?? value, name).toEqual(value);
      }
    }
  });

  it('keeps stored statistics where batch normalisation is frozen, and lets them follow the batches where it trains', async () => {
    const statistics = ['stem_bn/moving_mean', 'stem_bn/moving_variance', 'project_bn/moving_mean'];
    const frozen = await tinySpec();
    const kept = await stateAfter(engine, frozen, 2);
    const moved = await stateAfter(engine, await tinySpec(batchStatistics), 2);
    for (const name of statistics) {
      const stored = frozen.network.weights.find((weight) => weight.name === name)?.value;
      expect(kept.tensors[`weight/${name}`] ?? stored).toEqual(stored);
      expect(moved.tensors[`weight/${name}`]).not.toEqual(stored);
    }
  });

  it('leaves rows whose targets are zero out of loss, gradient and logits of others', async () => {
    const spec = await tinySpec();
    const padded = (noise: number) => {
      const batch = tinyBatch(1, 4);
      batch.inputs.subarray(4 * 8 * 8 * 3).set(pseudoRandom(2 * 8 * 8 * 3, noise));
      return batch;
    };
    const run = (noise: number) =>
      using(engine, spec, async (step) => {
        const result = await step.step(padded(noise), 0.02);
        return { result, state: await step.readState() };
      });
    const [a, b] = [await run(10), await run(11)];
    expect(a.result.loss).toBe(b.result.loss);
    expect(a.result.gradientNorm).toBe(b.result.gradientNorm);
    expect(a.result.loss).toBeCloseTo(crossEntropy(a.result.logits, tinyBatch(1).labels.slice(0, 4)), 5);
    expect(a.state).toEqual(b.state);
  });

  it('scales gradients that are longer than clipNorm down to it', async () => {
    const optimizer = optimizers['plain SGD'];
    const free = await tinySpec({ optimizer });
    const movement = async (spec: TrainingSpec) => {
      const { gradientNorm } = await using(engine, spec, (step) => step.step(tinyBatch(0), 0.02));
      const before = await stateAfter(engine, spec, 0);
      const after = await stateAfter(engine, spec, 1);
      return { gradientNorm, length: distance(before, after) };
    };
    const whole = await movement(free);
    const clipped = await movement({ ...free, clipNorm: whole.gradientNorm / 10 });
    expect(clipped.gradientNorm).toBeCloseTo(whole.gradientNorm, 5);
    expect(clipped.length / whole.length).toBeCloseTo(0.1, 4);
  });

  it.each([NaN, Infinity])('is as it was after a batch that holds %s', async (value) => {
    const spec = await tinySpec({ ...batchStatistics, dropout: 0.3, optimizer: optimizers.Adam });
    await using(engine, spec, async (step) => {
      await trainSteps(step, 2);
      const before = await step.readState();
      const bad = tinyBatch(2);
      bad.inputs[5] = value;
      const { loss } = await step.step(bad, 0.02);
      expect(Number.isFinite(loss)).toBe(false);
      expect(await step.readState()).toEqual(before);
      await trainSteps(step, 2, 2);
      expect(await step.readState()).toEqual(await stateAfter(engine, spec, 4));
    });
  });

  it('is as it was after gradients too large for float32', async () => {
    await using(engine, await tinySpec({ clipNorm: 1 }), async (step) => {
      const before = await step.readState();
      const heavy = tinyBatch(0);
      heavy.targets.forEach((target, at) => (heavy.targets[at] = target * 1e30));
      const { loss, gradientNorm } = await step.step(heavy, 0.02);
      expect(Number.isFinite(loss)).toBe(true);
      expect(Number.isFinite(gradientNorm)).toBe(false);
      expect(await step.readState()).toEqual(before);
    });
  });

  it('refuses batches and inputs of another size', async () => {
    await using(engine, await tinySpec(), async (step) => {
      const { inputs, targets } = tinyBatch(0);
      const short = { inputs: inputs.subarray(1), targets };
      await expect(step.step(short, 0.02)).rejects.toThrow(
        /^inputs holds 1151 numbers; \[6, 8, 8, 3\] takes 1152/,
      );
      await expect(step.step({ inputs, targets: targets.subarray(3) }, 0.02)).rejects.toThrow(
        /^targets holds 15/,
      );
      await expect(step.score(inputs, 5)).rejects.toThrow(
        /^inputs holds 1152 numbers; \[5, 8, 8, 3\] takes 960/,
      );
    });
  });

  it('refuses a state of another network or optimizer, and stays as it was', async () => {
    const state = await stateAfter(engine, await tinySpec({ optimizer: optimizers.Adam }), 1);
    await using(engine, await tinySpec(), async (step) => {
      const before = await step.readState();
      await expect(step.writeState(state)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
      const { [`weight/classifier/bias`]: _, ...tensors } = before.tensors;
      await expect(step.writeState({ step: 1, tensors })).rejects.toBeInstanceOf(ZooError);
      expect(await step.readState()).toEqual(before);
    });
  });

  it('hands out a copy of its state', async () => {
    await using(engine, await tinySpec(), async (step) => {
      const state = await step.readState();
      const kept = structuredClone(state);
      await trainSteps(step, 1);
      expect(state).toEqual(kept);
      await step.writeState(state);
      Object.values(state.tensors).forEach((tensor) => tensor.fill(NaN));
      expect(await step.readState()).toEqual(kept);
    });
  });
});

describe.runIf(engines.length > 1)('all engines', () => {
  const [reference, ...others] = [...engines].reverse();

  it.each(others)('$name trains as the reference does, with the same dropout masks', async (engine) => {
    for (const batchNormalization of ['frozen', 'training'] as const) {
      for (const optimizer of Object.values(optimizers)) {
        const spec = await tinySpec({ dropout: 0.4, optimizer, batchNormalization, clipNorm: 1 });
        const run = (on: TrainingEngine) =>
          using(on, spec, async (step) => {
            const results: StepResult[] = [];
            for (let at = 0; at < 5; at++) results.push(await step.step(tinyBatch(at), 0.01));
            return { results, state: await step.readState() };
          });
        const expected = await run(reference as TrainingEngine);
        const actual = await run(engine);
        actual.results.forEach(({ loss, gradientNorm, logits }, at) => {
          const wanted = expected.results[at] as StepResult;
          expect(loss).toBeCloseTo(wanted.loss, 4);
          expect(gradientNorm).toBeCloseTo(wanted.gradientNorm, 3);
          expect(largestDifference(logits, wanted.logits)).toBeLessThan(1e-3);
        });
        expect(Object.keys(actual.state.tensors).sort()).toEqual(Object.keys(expected.state.tensors).sort());
        for (const [name, tensor] of Object.entries(expected.state.tensors)) {
          // Adam divides by the square root of what may be almost nothing.
          const tolerance = optimizer.kind === 'sgd' ? 1e-4 : 5e-3;
          expect(largestDifference(actual.state.tensors[name] as Float32Array, tensor), name).toBeLessThan(
            tolerance,
          );
        }
      }
    }
  });
});

/** What the head makes of the backbone's output: mean over the picture, then a product. */
function head({ network }: TrainingSpec, features: Float32Array, count: number): Float32Array {
  const weightOf = (name: string) =>
    network.weights.find((weight) => weight.name === name)?.value ?? new Float32Array();
  const [kernel, bias] = [weightOf('classifier/kernel'), weightOf('classifier/bias')];
  const channels = kernel.length / numClasses;
  const pixels = features.length / count / channels;
  const logits = new Float32Array(count * numClasses);
  for (let row = 0; row < count; row++) {
    for (let label = 0; label < numClasses; label++) {
      let sum = bias[label] ?? 0;
      for (let at = 0; at < pixels * channels; at++) {
        const feature = features[row * pixels * channels + at] ?? 0;
        sum += (feature / pixels) * (kernel[(at % channels) * numClasses + label] ?? 0);
      }
      logits[row * numClasses + label] = sum;
    }
  }
  return logits;
}

/** Mean over the labelled rows. */
function crossEntropy(logits: Float32Array, labels: number[]): number {
  const losses = labels.map((label, row) => {
    const scores = [...logits.subarray(row * numClasses, (row + 1) * numClasses)];
    const largest = Math.max(...scores);
    return (
      largest +
      Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0)) -
      (scores[label] ?? 0)
    );
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function distance(a: TrainingState, b: TrainingState): number {
  const squares = Object.entries(a.tensors).flatMap(([name, tensor]) =>
    [...tensor].map((value, at) => (value - (b.tensors[name]?.[at] ?? NaN)) ** 2),
  );
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
}
