import { createRandom } from '../../../random.js';
import type { TrainingData } from '../../data/training-data.js';
import type { TrainingBatch } from '../../engines/training-engine.js';
import { deriveSeed, stream } from '../../derive-seed.js';
import { mixUp } from './mixup.js';
import { ownOrder } from './own-order.js';
import { createSampleOrder, type EpochOrder } from './sample-order.js';
import { balancedClassWeights, buildTargets } from './targets.js';
import type { TrainingRecipe } from '../training-recipe.js';

/** The batches of a training, each a function of the seed and its number alone. */
export interface TrainingBatches {
  stepsPerEpoch: number;
  picturesPerEpoch: number;
  /** @param at from 0, over all epochs. Ask in rising order: only one epoch's order is kept. */
  read(at: number, signal?: AbortSignal): Promise<LabelledBatch>;
}

export interface LabelledBatch extends TrainingBatch {
  /** int32 [pictures], without padding: the class that a picture shows, or shows most of where pictures are mixed. */
  labels: Int32Array;
  /** Sum of all targets: what the batch weighs beside others. */
  weight: number;
}

export type BatchRecipe = Pick<
  TrainingRecipe,
  'batchSize' | 'labelSmoothing' | 'mixupAlpha' | 'classWeights' | 'sampling' | 'order'
>;

/** @throws ZooError TRAINING_FUNCTION_INVALID when an order of a strategy's own is none; so does `read` */
export function createTrainingBatches(
  data: TrainingData,
  numClasses: number,
  recipe: BatchRecipe,
  seed: number,
): TrainingBatches {
  const { batchSize, labelSmoothing, mixupAlpha, sampling, order } = recipe;
  const classWeights =
    recipe.classWeights === 'balanced' ? balancedClassWeights(data.labels, numClasses) : undefined;
  const orderOf =
    order === undefined
      ? createSampleOrder(data.labels, numClasses, sampling, seed)
      : ownOrder(order, data.count);
  const picturesPerEpoch = order === undefined ? data.count : orderOf(0).rows.length;
  const stepsPerEpoch = Math.ceil(picturesPerEpoch / batchSize);
  let known: { epoch: number; order: EpochOrder } | undefined;

  return {
    stepsPerEpoch,
    picturesPerEpoch,
    async read(at, signal) {
      const epoch = Math.floor(at / stepsPerEpoch);
      if (known?.epoch !== epoch) known = { epoch, order: orderOf(epoch) };
      const start = (at % stepsPerEpoch) * batchSize;
      const rows = known.order.rows.subarray(start, start + batchSize);
      const passes = known.order.passes.subarray(start, start + batchSize);
      const labels = Int32Array.from(rows, (row) => data.labels[row] ?? 0);
      const inputs = padRows(await readViews(data, rows, passes, signal), rows.length, batchSize);
      const targets = buildTargets(labels, batchSize, { numClasses, labelSmoothing, classWeights });
      const random = createRandom(deriveSeed(seed, stream.mixing, at));
      const mixed =
        mixupAlpha > 0
          ? mixUp({ inputs, targets }, batchSize, labels, mixupAlpha, random)
          : { batch: { inputs, targets }, labels };
      const weight = mixed.batch.targets.reduce((sum, target) => sum + target, 0);
      return { ...mixed.batch, labels: mixed.labels, weight };
    },
  };
}

/** A picture's n-th pass shows its n-th view, so pictures of one batch may be read in several goes. */
async function readViews(
  data: TrainingData,
  rows: Int32Array,
  passes: Int32Array,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const positionsOfView = new Map<number, number[]>();
  passes.forEach((pass, position) => {
    const view = pass % data.views;
    const positions = positionsOfView.get(view);
    if (positions === undefined) positionsOfView.set(view, [position]);
    else positions.push(position);
  });
  const parts = await Promise.all(
    [...positionsOfView].map(async ([view, positions]) => ({
      positions,
      inputs: await data.read(
        positions.map((position) => rows[position] ?? 0),
        view,
        signal,
      ),
    })),
  );
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only.inputs;
  const width = data.inputShape.reduce((product, size) => product * size, 1);
  const all = new Float32Array(rows.length * width);
  for (const { positions, inputs } of parts) {
    positions.forEach((position, at) => {
      all.set(inputs.subarray(at * width, (at + 1) * width), position * width);
    });
  }
  return all;
}

/**
 * Fills a short batch up with its own pictures again. Their targets are zero, so they do not count in the loss; blank
 * pictures would not either, but they would bend the batch statistics of batch normalisation.
 */
function padRows(inputs: Float32Array, count: number, batchSize: number): Float32Array {
  if (count === batchSize) return inputs;
  const width = inputs.length / count;
  const padded = new Float32Array(batchSize * width);
  for (let row = 0; row < batchSize; row++) {
    const source = row % count;
    padded.set(inputs.subarray(source * width, (source + 1) * width), row * width);
  }
  return padded;
}
