import { ZooError } from '../../errors.js';
import type { OptimizerSpec } from './engines/training-engine.js';
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

/** Copies of every weight that are alive at one time: where it came from, in, out, gradient; and of every slot in and out. */
const weightCopies = 4;
const slotCopies = 2;
/**
 * Values kept per value that a layer gives. Compiled, frozen batch normalisation and activations become part of the
 * layer before them. On MobileNetV2 0.65 and 1.6 were seen on ONNX Runtime.
 */
const activationCopies = { compiled: { frozen: 0.8, training: 1.9 }, eager: { frozen: 3, training: 3 } };
const batchesAhead = 4;
const engineBytes = 300 * 2 ** 20;

/** Estimates what a training takes beside its pictures, before anything of it is there. */
export function estimateTrainingMemory(
  network: TrainableNetwork,
  { optimizer, batchSize, isCompiled }: { optimizer: OptimizerSpec; batchSize: number; isCompiled: boolean },
): TrainingMemory {
  const slots = optimizer.kind === 'sgd' ? (optimizer.momentum > 0 ? 1 : 0) : 2;
  const weightBytes = network.weights.reduce(
    (sum, { value, trained }) => sum + value.byteLength * (weightCopies + (trained ? slots * slotCopies : 0)),
    0,
  );
  const perPicture = network.layers.reduce((sum, { outputShape }) => sum + sizeOf(outputShape), 0);
  const copies = activationCopies[isCompiled ? 'compiled' : 'eager'][network.batchNormalization];
  const activationBytes = 4 * batchSize * perPicture * copies;
  const batchBytes = 4 * batchSize * sizeOf(network.inputShape) * batchesAhead;
  const totalBytes = weightBytes + activationBytes + batchBytes + engineBytes;
  return { weightBytes, activationBytes, batchBytes, engineBytes, totalBytes };
}

/**
 * Refuses a training that would not fit, and says what to lower.
 *
 * @param availableBytes what it may take beside what the process holds already.
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT
 */
export function requireTrainingMemory(
  memory: TrainingMemory,
  availableBytes: number,
  batchSize: number,
): void {
  const { totalBytes, weightBytes, activationBytes, batchBytes } = memory;
  if (totalBytes <= availableBytes) return;
  const perPicture = (activationBytes + batchBytes) / batchSize;
  const fitting = Math.floor((availableBytes - weightBytes - memory.engineBytes) / perPicture);
  const advice =
    fitting >= 1
      ? `A batchSize of ${fitting} would fit; so would a smaller inputSize, or fewer trained layers.`
      : 'Train fewer layers, or run the job on a worker with more memory.';
  throw new ZooError(
    'TRAINING_MEMORY_INSUFFICIENT',
    `Training takes about ${gibibytes(totalBytes)} of memory: ${gibibytes(weightBytes)} for weights, gradients and the optimizer, ` +
      `${gibibytes(activationBytes)} for what the layers give for a batch of ${batchSize} pictures, ${gibibytes(batchBytes + memory.engineBytes)} for batches and engine. ` +
      `The job may take ${gibibytes(Math.max(0, availableBytes))} more. ${advice}`,
    { neededBytes: totalBytes, availableBytes, batchSize },
  );
}

const sizeOf = (shape: number[]): number => shape.reduce((product, length) => product * length, 1);

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
