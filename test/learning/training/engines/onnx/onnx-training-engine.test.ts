import { describe, expect, it } from 'vitest';
import { loadTfjsLayers } from '../../../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { buildTrainableNetwork } from '../../../../../src/learning/training/build-trainable-network.js';
import { OnnxTrainingEngine } from '../../../../../src/learning/training/engines/onnx/onnx-training-engine.js';
import { openEngine } from '../../../../../src/learning/training/engines/open-engine.js';
import type {
  TrainingBatch,
  TrainingEngine,
  TrainingSpec,
  TrainingState,
} from '../../../../../src/learning/training/engines/training-engine.js';
import type { TrainableNetwork } from '../../../../../src/learning/training/trainable-network.js';
import { realModel } from '../../../support/real-models.js';
import { pseudoRandom } from '../../../support/tfjs.js';
import { batchSize, optimizers, tinyBatch, tinySpec } from '../tiny-training.js';

const numClasses = 4;

describe('OnnxTrainingEngine', () => {
  it('learns with a block of MobileNetV2', async () => {
    const optimizer = optimizers.Adam;
    const spec = { ...(await mobileNetTail('frozen')), optimizer };
    const { losses } = await train(new OnnxTrainingEngine('CPU'), spec, 60);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
  });

  it.each([
    [1, 'three runs one after the other'],
    [2, 'two runs on one thread and one on the other'],
    [3, 'one run each'],
    [7, 'fewer rows than at once on each'],
  ])('trains the same, within rounding, on %i threads: %s', async (threads) => {
    const spec = { ...(await tinySpec({ dropout: 0.3 })), batchSize: 4 * batchSize };
    const step = await new OnnxTrainingEngine('CPU').compile({ ...spec, threads });
    const reference = await (await plainTfjs()).compile(spec);
    try {
      for (let at = 0; at < 3; at++) {
        const batch = joinBatches([at, at + 1, at + 2, at + 3].map((seed) => tinyBatch(seed)));
        const [actual, expected] = [await step.step(batch, 0.02), await reference.step(batch, 0.02)];
        expect(actual.loss).toBeCloseTo(expected.loss, 5);
        expect(actual.gradientNorm).toBeCloseTo(expected.gradientNorm, 4);
      }
      expect(movementError(spec, await reference.readState(), await step.readState())).toBeLessThan(1e-4);
    } finally {
      await Promise.all([step.dispose(), reference.dispose()]);
    }
  });

  it('trains the same, within rounding, with and without ONNX Runtime’s inner form', async () => {
    for (const batchNormalization of ['frozen', 'training'] as const) {
      const spec = await mobileNetTail(batchNormalization);
      const plain = await train(new OnnxTrainingEngine('CPU', async () => 0), spec, 2);
      const fast = await train(new OnnxTrainingEngine('CPU'), spec, 2);
      fast.losses.forEach((loss, at) => expect(loss).toBeCloseTo(plain.losses[at] ?? NaN, 4));
      expect(movementError(spec, plain.state, fast.state)).toBeLessThan(1e-4);
    }
  });
});

async function plainTfjs(): Promise<TrainingEngine> {
  const standing = await openEngine('tfjs-cpu', { threads: 1 });
  if (!('engine' in standing)) throw new Error(standing.reason);
  return standing.engine;
}

function joinBatches(batches: TrainingBatch[]): TrainingBatch {
  const join = (key: keyof TrainingBatch) => Float32Array.from(batches.flatMap((batch) => [...batch[key]]));
  return { inputs: join('inputs'), targets: join('targets') };
}

/** Block 15: an expansion, a depthwise convolution, a projection, and the residual around them. */
async function mobileNetTail(
  batchNormalization: TrainableNetwork['batchNormalization'],
): Promise<TrainingSpec> {
  const network = buildTrainableNetwork({
    model: await loadTfjsLayers(realModel('mobilenet_v2')),
    cut: { layer: 'block_15_add', pooling: 'average' },
    frozenUpTo: 'block_14_add',
    numClasses,
    head: 'random',
    initialization: 'pretrained',
    batchNormalization,
    dropout: 0,
    layerDecay: 1,
    seed: 1,
  });
  const optimizer = { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 } as const;
  return { network, optimizer, batchSize: 4, seed: 1, threads: 2 };
}

async function train(
  engine: TrainingEngine,
  spec: TrainingSpec,
  steps: number,
): Promise<{ losses: number[]; state: TrainingState }> {
  const step = await engine.compile(spec);
  try {
    const losses: number[] = [];
    for (let at = 0; at < steps; at++) losses.push((await step.step(batchOf(spec), 3e-4)).loss);
    return { losses, state: await step.readState() };
  } finally {
    await step.dispose();
  }
}

function batchOf({ network, batchSize }: TrainingSpec): TrainingBatch {
  const size = network.inputShape.reduce((product, length) => product * length, batchSize);
  const targets = new Float32Array(batchSize * numClasses);
  for (let row = 0; row < batchSize; row++) targets[row * numClasses + (row % numClasses)] = 1;
  return { inputs: pseudoRandom(size, 5), targets };
}

/** How far two trainings are apart, relative to how far the first has moved. */
function movementError({ network }: TrainingSpec, expected: TrainingState, actual: TrainingState): number {
  let [apart, moved] = [0, 0];
  for (const { name, value } of network.weights) {
    const [wanted, found] = [expected.tensors[`weight/${name}`], actual.tensors[`weight/${name}`]];
    value.forEach((start, at) => {
      apart += ((wanted?.[at] ?? start) - (found?.[at] ?? start)) ** 2;
      moved += ((wanted?.[at] ?? start) - start) ** 2;
    });
  }
  return Math.sqrt(apart / moved);
}
