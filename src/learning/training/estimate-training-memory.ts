import { ZooError } from '../../errors.js';
import { planExecution } from './engines/onnx/execution-plan.js';
import type { OptimizerSpec } from './engines/training-engine.js';
import { optimizerRule, type OptimizerRule } from './programs/optimizer-rule.js';
import type { TrainableNetwork } from './trainable-network.js';

/** What a training takes, bytes. */
export interface TrainingMemory {
  /** Weights, gradients and the optimizer's slots, each with the successor that a step makes. */
  weightBytes: number;
  /** What the layers give for one batch, kept until the backward pass is through, and its gradients. */
  activationBytes: number;
  /** Batches being read ahead. */
  batchBytes: number;
  /** The engine itself. */
  engineBytes: number;
  totalBytes: number;
}

/** Copies of every weight that are alive at one time: where it came from, in, out, gradient. */
const weightCopies = 4;
/** Of a trained one, beside: the best so far, and in a checkpoint being made the state read back and the bytes of both. */
const trainedCopies = 4;
/** Of the optimizer's slots: in, out, read back, and in a checkpoint's bytes. */
const slotCopies = 4;
/** Of what trained weights were at the start, where a penalty asks: in the compiled update, and where the engine keeps it. */
const startCopies = 2;
/**
 * Values kept per value that a layer gives. Compiled, frozen batch normalisation and activations become part of the
 * layer before them. On whole MobileNetV2 at 224 pixels 0.83 and 1.45 were seen on ONNX Runtime.
 */
const activationCopies = { compiled: { frozen: 0.9, training: 1.7 }, eager: { frozen: 3, training: 3 } };
const batchesAhead = 4;
const engineBytes = 300 * 2 ** 20;

/** What an estimate depends on, beside the network. */
export interface PlannedTraining {
  optimizer: OptimizerSpec | OptimizerRule;
  /** Whether a penalty may ask what each weight was when training began. */
  keepsStart?: boolean;
  batchSize: number;
  threads: number;
  isCompiled: boolean;
}

/** How large a training is: all of a network that its memory depends on, so that one can be planned that was never built. */
export interface TrainingSize {
  /** Of all weights, float32. */
  weightBytes: number;
  /** Of those that train. */
  trainedBytes: number;
  /** Values that all layers together give for a picture. */
  valuesPerPicture: number;
  /** Values of a picture, or of a frozen prefix' output for one. */
  inputValues: number;
  batchNormalization: TrainableNetwork['batchNormalization'];
}

/** Estimates what a training takes beside its pictures, before anything of it is there. */
export function estimateTrainingMemory(network: TrainableNetwork, planned: PlannedTraining): TrainingMemory {
  const bytesOf = (weights: TrainableNetwork['weights']) =>
    weights.reduce((sum, { value }) => sum + value.byteLength, 0);
  const size: TrainingSize = {
    weightBytes: bytesOf(network.weights),
    trainedBytes: bytesOf(network.weights.filter(({ trained }) => trained)),
    valuesPerPicture: network.layers.reduce((sum, { outputShape }) => sum + sizeOf(outputShape), 0),
    inputValues: sizeOf(network.inputShape),
    batchNormalization: network.batchNormalization,
  };
  return planTrainingMemory(size, planned);
}

/** The same from sizes alone. */
export function planTrainingMemory(
  size: TrainingSize,
  { optimizer, keepsStart = false, batchSize, threads, isCompiled }: PlannedTraining,
): TrainingMemory {
  const ofTrained =
    trainedCopies + optimizerRule(optimizer).slots.length * slotCopies + (keepsStart ? startCopies : 0);
  const weightBytes = size.weightBytes * weightCopies + size.trainedBytes * ofTrained;
  const { batchNormalization } = size;
  const copies = activationCopies[isCompiled ? 'compiled' : 'eager'][batchNormalization];
  // Compiled, a batch is run in parts where it can be: not all of its rows are alive at once.
  const plan = planExecution({ batchNormalization, batchSize, threads });
  const rowsAlive = isCompiled ? plan.replicas * plan.rowsPerRun : batchSize;
  const activationBytes = 4 * rowsAlive * size.valuesPerPicture * copies;
  const batchBytes = 4 * batchSize * size.inputValues * batchesAhead;
  const totalBytes = weightBytes + activationBytes + batchBytes + engineBytes;
  return { weightBytes, activationBytes, batchBytes, engineBytes, totalBytes };
}

/**
 * Refuses a training that would not fit, and says what to lower.
 *
 * @param estimate for any batch size.
 * @param availableBytes what it may take beside what the process holds already.
 * @returns the estimate for `batchSize`.
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT
 */
export function requireTrainingMemory(
  estimate: (batchSize: number) => TrainingMemory,
  availableBytes: number,
  batchSize: number,
): TrainingMemory {
  const memory = estimate(batchSize);
  const { totalBytes, weightBytes, activationBytes, batchBytes, engineBytes: ofEngine } = memory;
  if (totalBytes <= availableBytes) return memory;
  let fitting = batchSize;
  while (fitting >= 1 && estimate(fitting).totalBytes > availableBytes) fitting = Math.floor(fitting / 2);
  const advice =
    fitting >= 1
      ? `A batchSize of ${fitting} would fit; so would a smaller inputSize, or fewer trained layers.`
      : 'Train fewer layers, or run the job on a worker with more memory.';
  throw new ZooError(
    'TRAINING_MEMORY_INSUFFICIENT',
    `Training takes about ${gibibytes(totalBytes)} of memory: ${gibibytes(weightBytes)} for weights, gradients and the optimizer, ` +
      `${gibibytes(activationBytes)} for what the layers give in batches of ${batchSize} pictures, ${gibibytes(batchBytes + ofEngine)} for batches and engine. ` +
      `The job may take ${gibibytes(Math.max(0, availableBytes))} more. ${advice}`,
    { neededBytes: totalBytes, availableBytes, batchSize },
  );
}

const sizeOf = (shape: number[]): number => shape.reduce((product, length) => product * length, 1);

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
