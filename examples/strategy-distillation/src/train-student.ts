import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { createRandom, createSampleOrder, learningRateAt, type Random } from 'modelzoo/learning';
import type { FitContext, LabelledPictures, TfWithLayers } from 'modelzoo/plugin';
import { distillationLoss } from './distillation-loss.js';
import type { DistillationParameters } from './index.js';
import { accuracyOf, scorePictures } from './score-pictures.js';
import { StudentWeights } from './student-weights.js';
import { decodeState, encodeState, type EpochRow } from './training-state.js';
import { varyPictures } from './vary-pictures.js';

/** What a student learns from, and is judged by. */
export interface Lessons {
  train: LabelledPictures;
  /** Undefined where the data set has none. */
  validation: LabelledPictures | undefined;
  /** The teacher's, of the training pictures: float32 [pictures, classes]. */
  teacherLogits: Float32Array;
}

type Context = FitContext<DistillationParameters>;

const batchSize = 16;
/** How often a training keeps how far it has come. */
const checkpointCount = 10;

/**
 * Trains a student, epoch by epoch, and goes on from a checkpoint where there is one.
 *
 * @param student ends in logits; has the trained weights afterwards
 * @returns a row for each epoch
 * @throws `signal.reason` when the job is aborted; RangeError when the loss is no number any more
 */
export async function trainStudent(
  context: Context,
  tf: TfWithLayers,
  student: Sequential,
  lessons: Lessons,
): Promise<EpochRow[]> {
  const { parameters, checkpoints, metric } = context;
  const { train, validation } = lessons;
  const epochs = parameters.epochs ?? Math.max(10, Math.min(60, Math.round(12_000 / train.count)));
  const weights = new StudentWeights(tf, student);
  try {
    const rows = await resume(context, weights);
    const runEpoch = prepareEpochs(context, { tf, student, weights, lessons, epochs });
    while (rows.length < epochs) {
      const loss = await runEpoch(rows.length);
      const accuracy =
        validation === undefined
          ? null
          : accuracyOf(await scorePictures(tf, student, validation), validation.labels);
      rows.push({ loss, accuracy });
      metric('train/loss', loss, rows.length);
      if (accuracy !== null) metric('validation/accuracy', accuracy, rows.length);
      if (rows.length < epochs && rows.length % Math.ceil(epochs / checkpointCount) === 0) {
        await checkpoints.save(encodeState({ epochs: rows, tensors: weights.read() }), rows.length);
      }
    }
    return rows;
  } finally {
    weights.dispose();
  }
}

/** Sets the newest state that an earlier attempt kept. @returns the rows of the epochs that are done */
async function resume({ checkpoints, log }: Context, weights: StudentWeights): Promise<EpochRow[]> {
  for (const bytes of await checkpoints.candidates()) {
    const state = decodeState(bytes, weights.lengths);
    if (state === undefined) continue;
    weights.write(state.tensors);
    log(`Going on after epoch ${state.epochs.length}.`);
    return state.epochs;
  }
  return [];
}

/** A training with what it is made of. */
interface Training {
  tf: TfWithLayers;
  student: Sequential;
  weights: StudentWeights;
  lessons: Lessons;
  epochs: number;
}

/** Gives what runs one epoch, by its number from 0, and gives its mean loss. Order, views and rate depend on number and seed alone. */
function prepareEpochs(
  { parameters, classes, seed, signal, progress }: Context,
  { tf, student, weights, lessons, epochs }: Training,
): (epoch: number) => Promise<number> {
  const { temperature, softWeight, learningRate, variation } = parameters;
  const { train, teacherLogits } = lessons;
  const { count, labels, height, width, channels } = train;
  const numClasses = classes.length;
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const schedule = { kind: 'cosine', learningRate, warmupEpochs: 1 } as const;
  const orderOf = createSampleOrder(labels, numClasses, 'instance-balanced', seed);

  /** Of some training pictures: whatever tensors it makes are the caller's to tidy. */
  const lossOf = (rows: readonly number[], pixels: Float32Array, random: Random) => {
    const plain = tf.tensor4d(pixels, [rows.length, height, width, channels]);
    const inputs = variation ? varyPictures(tf, plain, random) : plain;
    const teacher = tf.gather(tf.tensor2d(teacherLogits, [count, numClasses]), [...rows]);
    const ofRows = Int32Array.from(rows, (row) => labels[row] ?? 0);
    return distillationLoss(tf, student.apply(inputs, { training: true }) as Tensor2D, {
      teacher,
      labels: tf.oneHot(tf.tensor1d(ofRows, 'int32'), numClasses, 1, 0, 'float32') as Tensor2D,
      temperature,
      softWeight,
    });
  };

  return async (epoch) => {
    const order = orderOf(epoch).rows;
    const random = createRandom(seed + epoch);
    let sum = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const done = epoch * stepsPerEpoch + step;
      progress('training the student', done, epochs * stepsPerEpoch);
      const rows = [...order.subarray(step * batchSize, (step + 1) * batchSize)];
      const pixels = await train.read(rows);
      // Lets in what else happens, such as the signal to stop.
      await tf.nextFrame();
      signal.throwIfAborted();
      const rate = learningRateAt(schedule, { epochs, stepsPerEpoch }, done);
      const loss = weights.step(() => lossOf(rows, pixels, random), rate);
      if (!Number.isFinite(loss)) {
        throw new RangeError(
          `the loss is ${loss} in epoch ${epoch + 1}; learningRate is ${learningRate}, try a tenth of it`,
        );
      }
      sum += loss * rows.length;
    }
    return sum / count;
  };
}
