import { describe, expect, it } from 'vitest';
import { trainClassifier } from '../../../../src/learning/training/loop/train-classifier.js';
import type {
  TrainingCheckpoints,
  TrainingOutcome,
  TrainingRun,
} from '../../../../src/learning/training/loop/training-run.js';
import type { TrainingRecipe } from '../../../../src/learning/training/loop/training-recipe.js';
import { pointClouds } from './point-clouds.js';
import { recipe } from './recipes.js';
import { SoftmaxRegression } from './softmax-regression.js';

const sizes = [30, 12, 5];
const identity = { engine: 'plain-loops@1', network: 'softmax' };

/** A training in which everything that is random is on, and validation, early stopping and a skewed sampling with it. */
function newRun(changes: Partial<TrainingRun> = {}): TrainingRun & { step: SoftmaxRegression } {
  const all: TrainingRecipe = recipe({
    epochs: 4,
    batchSize: 9,
    mixupAlpha: 0.3,
    labelSmoothing: 0.1,
    sampling: 'square-root',
    earlyStopping: { patience: 2, minDelta: 0 },
    startIsCandidate: true,
  });
  const step = new SoftmaxRegression({ featureDim: 6, numClasses: 3, batchSize: 9, dropout: 0.1 });
  return {
    train: pointClouds({ sizes, views: 2 }),
    validation: pointClouds({ sizes: [10, 10, 10], seed: 2 }),
    numClasses: 3,
    recipe: all,
    seed: 5,
    ...changes,
    step,
  };
}

/** Everything of an outcome that does not depend on the clock or on where it was resumed. */
function resultOf({ best, history, resumedAtStep: _, ...rest }: TrainingOutcome) {
  const tensors = Object.entries(best.tensors).map(([name, values]) => [
    name,
    Buffer.from(values.buffer).toString('hex'),
  ]);
  return {
    ...rest,
    step: best.step,
    tensors,
    history: history.map(({ seconds: _seconds, ...record }) => record),
  };
}

/** Runs until the step of that number is to begin, as a killed process does; what was saved remains. */
async function runUntil(
  stepNumber: number,
  checkpoints: TrainingCheckpoints,
  changes: Partial<TrainingRun> = {},
) {
  const run = newRun({ ...changes, checkpoints });
  run.step.onStep = (done) => {
    if (done === stepNumber) throw new Error('killed');
  };
  await expect(trainClassifier(run)).rejects.toThrow('killed');
}

function collect(): { saved: Uint8Array[]; steps: number[]; checkpoints: TrainingCheckpoints } {
  const saved: Uint8Array[] = [];
  const steps: number[] = [];
  const save = (bytes: Uint8Array, step: number) => {
    saved.unshift(bytes);
    steps.push(step);
    return Promise.resolve();
  };
  return { saved, steps, checkpoints: { identity, save } };
}

describe('a training that goes on from a checkpoint', () => {
  it('gives the bits of one that was never stopped, wherever it was killed', async () => {
    const whole = resultOf(await trainClassifier(newRun()));
    expect(whole.epochsRun).toBe(4);
    for (let killedAt = 1; killedAt < whole.steps; killedAt++) {
      const { saved, checkpoints } = collect();
      await runUntil(killedAt, { ...checkpoints, everySteps: 1 });
      const resumed = await trainClassifier(
        newRun({ checkpoints: { identity, save: checkpoints.save, candidates: saved.slice(0, 1) } }),
      );
      expect(resumed.resumedAtStep).toBe(killedAt);
      expect(resultOf(resumed)).toEqual(whole);
    }
  });

  it('goes on from the last epoch when nothing was saved inside one', async () => {
    const whole = resultOf(await trainClassifier(newRun()));
    const { saved, steps, checkpoints } = collect();
    await runUntil(14, checkpoints);
    expect(steps).toEqual([6, 12]);
    const resumed = await trainClassifier(
      newRun({ checkpoints: { ...checkpoints, candidates: [...saved] } }),
    );
    expect(resumed.resumedAtStep).toBe(12);
    expect(resultOf(resumed)).toEqual(whole);
  });

  it('is stopped early at the same epoch, and once stopped stays so', async () => {
    const changes = {
      recipe: {
        ...newRun().recipe,
        epochs: 30,
        schedule: { kind: 'constant', learningRate: 3, warmupEpochs: 0 },
      },
    } satisfies Partial<TrainingRun>;
    const { saved, checkpoints } = collect();
    const whole = await trainClassifier(newRun({ ...changes, checkpoints }));
    expect(whole.stoppedBecause).toBe('early-stopping');
    for (const bytes of [...saved]) {
      const again = newRun({ ...changes, checkpoints: { ...checkpoints, candidates: [bytes] } });
      expect(resultOf(await trainClassifier(again))).toEqual(resultOf(whole));
    }
  });

  it('continues the curves: no step is reported twice and none is left out', async () => {
    const points: string[] = [];
    const on = {
      metric: (name: string, value: number, step: number) => points.push(`${step} ${name} ${value}`),
    };
    const isTimed = (point: string) => /imagesPerSecond|secondsLeft/.test(point);
    await trainClassifier(newRun({ on }));
    const whole = points.splice(0).filter((point) => !isTimed(point));
    const { saved, checkpoints } = collect();
    await runUntil(9, { ...checkpoints, everySteps: 1 }, { on });
    await trainClassifier(newRun({ on, checkpoints: { ...checkpoints, candidates: [...saved] } }));
    expect(points.filter((point) => !isTimed(point))).toEqual(whole);
  });
});

describe('checkpoints that cannot be made', () => {
  it('do not stop the training, and the log says so', async () => {
    const whole = resultOf(await trainClassifier(newRun()));
    const { steps, checkpoints } = collect();
    const log: string[] = [];
    const run = newRun({
      checkpoints: { ...checkpoints, everySteps: 1 },
      on: { log: (line) => log.push(line) },
    });
    const readState = run.step.readState.bind(run.step);
    run.step.readState = async () => {
      const state = await readState();
      if (state.step === 3) throw new RangeError('Array buffer allocation failed');
      return state;
    };
    expect(resultOf(await trainClassifier(run))).toEqual(whole);
    expect(log).toContain(
      'The checkpoint after step 3 could not be kept (Array buffer allocation failed); training goes on.',
    );
    expect(steps.slice(0, 4)).toEqual([1, 2, 4, 5]);
  });
});

describe('checkpoints that cannot be used', () => {
  async function resumeFrom(candidates: Uint8Array[], changes: Partial<TrainingRun> = {}) {
    const log: string[] = [];
    const run = newRun({
      on: { log: (message) => log.push(message) },
      checkpoints: { identity, save: () => Promise.resolve(), candidates },
      ...changes,
    });
    return { outcome: await trainClassifier(run), log };
  }
  const damaged = (bytes: Uint8Array, at: number) => {
    const copy = bytes.slice();
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };

  it('are skipped for the next older one, and the log says why', async () => {
    const whole = resultOf(await trainClassifier(newRun()));
    const { saved, checkpoints } = collect();
    await runUntil(14, checkpoints);
    const [newest = new Uint8Array(), older = new Uint8Array()] = saved;
    const { outcome, log } = await resumeFrom([
      damaged(newest, newest.length - 1),
      newest.slice(0, -5),
      older,
    ]);
    expect(outcome.resumedAtStep).toBe(6);
    expect(resultOf(outcome)).toEqual(whole);
    expect(log[0]).toContain('A checkpoint is skipped. This is a checkpoint that was damaged or cut off');
    expect(log[1]).toContain('damaged or cut off');
    expect(log[2]).toBe('Going on from a checkpoint after step 6.');
  });

  it('training begins anew where none is left', async () => {
    const whole = resultOf(await trainClassifier(newRun()));
    const { saved, checkpoints } = collect();
    await runUntil(14, checkpoints);
    const { outcome, log } = await resumeFrom(saved.map((bytes) => damaged(bytes, 60)));
    expect(outcome.resumedAtStep).toBe(0);
    expect(resultOf(outcome)).toEqual(whole);
    expect(log.filter((message) => message.includes('skipped'))).toHaveLength(2);
  });

  it('are refused when of another recipe, engine, seed or data, with what differs', async () => {
    const { saved, checkpoints } = collect();
    await runUntil(14, checkpoints);
    const first = async (changes: Partial<TrainingRun>) => (await resumeFrom(saved, changes)).log[0];
    const { recipe: same } = newRun();
    expect(await first({ recipe: { ...same, mixupAlpha: 0.2 } })).toContain(
      'a checkpoint of another training: recipe.mixupAlpha is 0.3 there and 0.2 here',
    );
    expect(await first({ seed: 6 })).toContain('seed is 5 there and 6 here');
    expect(await first({ train: pointClouds({ sizes: [30, 11, 6], views: 2 }) })).toContain(
      'train is 47 × 6',
    );
    const elsewhere = { identity: { ...identity, engine: 'plain-loops@2' }, save: checkpoints.save };
    expect(await first({ checkpoints: { ...elsewhere, candidates: saved } })).toContain(
      'engine is plain-loops@1 there and plain-loops@2 here',
    );
  });

  it('are refused when the engine finds them to be of another optimizer', async () => {
    const { saved, checkpoints } = collect();
    await runUntil(14, checkpoints);
    const log: string[] = [];
    const outcome = await trainClassifier({
      ...newRun({ on: { log: (message) => log.push(message) } }),
      // Without momentum; a caller that forgot to state it in the identity.
      step: new SoftmaxRegression({ featureDim: 6, numClasses: 3, batchSize: 9, momentum: 0 }),
      checkpoints: { ...checkpoints, candidates: [...saved] },
    });
    expect(outcome.resumedAtStep).toBe(0);
    expect(log[0]).toContain('The state is of another network or optimizer.');
  });
});

describe('saving checkpoints', () => {
  it('waits for the one before, and training goes on meanwhile', async () => {
    const underWay: number[] = [];
    let running = 0;
    const run = newRun({
      checkpoints: {
        identity,
        everySteps: 2,
        async save() {
          running += 1;
          underWay.push(running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        },
      },
    });
    await trainClassifier(run);
    expect(Math.max(...underWay)).toBe(1);
    expect(underWay).toHaveLength(4 * 3);
    expect(running).toBe(0);
  });

  it('goes on when one cannot be kept, and says so', async () => {
    const log: string[] = [];
    const save = () => Promise.reject(new Error('the disk is full'));
    const on = { log: (message: string) => log.push(message) };
    const outcome = await trainClassifier(newRun({ on, checkpoints: { identity, save } }));
    expect(outcome.epochsRun).toBe(4);
    expect(log.filter((message) => message.includes('could not be kept'))[0]).toBe(
      'The checkpoint after step 6 could not be kept (the disk is full); training goes on.',
    );
  });

  it('saves by the clock inside an epoch', async () => {
    const { steps, checkpoints } = collect();
    await trainClassifier(newRun({ checkpoints: { ...checkpoints, everySeconds: 0 } }));
    expect(steps).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
  });
});
