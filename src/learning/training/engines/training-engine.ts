import type { LossFunction } from '../programs/loss-function.js';
import type { OptimizerRule } from '../programs/optimizer-rule.js';
import type { WeightPenalty } from '../programs/weight-penalty.js';
import type { TrainableNetwork } from '../trainable-network.js';

/** Something that trains networks: compiled on ONNX Runtime, or tfjs on one of its backends. One contract suite holds all of them. */
export interface TrainingEngine {
  readonly name: EngineName;
  /** With everything that decides the last bits: `onnxruntime-node@1.30.0/cpu`. A checkpoint goes on only on the same. */
  readonly version: string;
  /** For people: `CPU, 2 threads`, `NVIDIA H100`. */
  readonly device: string;
  /** What the log of a job that runs on it has to say: that it is a last resort. */
  readonly notice?: string;
  /**
   * Prepares steps of one network at one batch size.
   *
   * @throws ZooError TRAINING_LAYER_UNSUPPORTED when the engine cannot run a layer, or an operation of a strategy's own
   *   function: another engine may. TRAINING_FUNCTION_INVALID when such a function gives what is no loss, penalty or step.
   */
  compile(spec: TrainingSpec): Promise<TrainingStep>;
}

export type EngineName = 'onnxruntime' | 'tfjs-node-gpu' | 'tfjs-node' | 'tfjs-cpu';

export interface TrainingSpec {
  network: TrainableNetwork;
  optimizer: OptimizerSpec | OptimizerRule;
  /** Left out: softmax cross-entropy. */
  loss?: LossFunction | undefined;
  /** Added to the mean loss, weight by weight. Left out: none. */
  penalty?: WeightPenalty | undefined;
  /** Rows of every training batch; a shorter last one is padded with rows whose targets are all zero. */
  batchSize: number;
  /** Largest L2 norm of all gradients together; longer ones are scaled down to it. Left out: none. */
  clipNorm?: number | undefined;
  /** Decides the dropout masks, together with the step's number: the same on every engine. */
  seed: number;
  /** CPU threads it may use. */
  threads: number;
}

/**
 * One of the optimizers that every engine has.
 *
 * @see `programs/update-program.ts` for the formulas and their sources.
 */
export type OptimizerSpec =
  | { kind: 'sgd'; momentum: number; nesterov: boolean; weightDecay: number }
  | { kind: 'adam' | 'adamw'; beta1: number; beta2: number; epsilon: number; weightDecay: number };

/** Training of one network under way. One call at a time. */
export interface TrainingStep {
  /**
   * One step of the optimizer. Afterwards weights, slots and moving statistics are the new ones, unless `loss` or `gradientNorm` is not finite.
   *
   * @throws ZooError TRAINING_FUNCTION_INVALID when a strategy's own loss, penalty or optimizer gives NaN or infinity; then, too,
   *   everything is as it was
   */
  step(batch: TrainingBatch, learningRate: number): Promise<StepResult>;
  /**
   * Logits under the weights as they are, in inference mode.
   *
   * @param inputs float32 [count, …inputShape]. @returns float32 [count, numClasses].
   */
  score(inputs: Float32Array, count: number): Promise<Float32Array>;
  /** A copy of everything that training changes. */
  readState(): Promise<TrainingState>;
  /** Goes on from such a copy, bit for bit. @throws ZooError CHECKPOINT_INVALID when it is of another network or optimizer. */
  writeState(state: TrainingState): Promise<void>;
  dispose(): Promise<void>;
}

/** Some pictures, or what a frozen prefix made of them, and what the network should say. */
export interface TrainingBatch {
  /** float32 [batchSize, …inputShape], scaled as the network takes it. */
  inputs: Float32Array;
  /**
   * float32 [batchSize, numClasses]: the distribution aimed at, times the row's weight. Label smoothing, class weights
   * and mixup are in it; a row of zeros is padding.
   */
  targets: Float32Array;
}

/** What one step of the optimizer says of itself. */
export interface StepResult {
  /** Weighted mean over the rows, of cross-entropy or the strategy's own loss. A penalty is not in it. */
  loss: number;
  /** What a penalty adds to it, summed over the weights, before the step; left out where there is none. */
  penalty?: number;
  /** L2 norm of the loss' gradients, all together, before clipping. */
  gradientNorm: number;
  /** float32 [batchSize, numClasses], before the step. */
  logits: Float32Array;
}

/** Everything a step changes. */
export interface TrainingState {
  /** Steps done. */
  step: number;
  /** By name: `weight/block_13_expand/kernel`, `slot/momentum/block_13_expand/kernel`. Trained weights, statistics that move, and the optimizer's slots. */
  tensors: Record<string, Float32Array>;
}
