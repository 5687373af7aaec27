import { ZooError } from '../../../../src/errors.js';
import { createRandom } from '../../../../src/learning/random.js';
import type {
  StepResult,
  TrainingBatch,
  TrainingState,
  TrainingStep,
} from '../../../../src/learning/training/engines/training-engine.js';
import { deriveSeed } from '../../../../src/learning/training/derive-seed.js';

export interface SoftmaxRegressionOptions {
  featureDim: number;
  numClasses: number;
  batchSize: number;
  /** 0.9; with 0 there are no slots. */
  momentum?: number;
  /** Share of the inputs that is dropped in each step, drawn from (seed, step). */
  dropout?: number;
  seed?: number;
}

/**
 * The smallest learner that is one: softmax regression by stochastic gradient descent with momentum and dropout of
 * its inputs, in plain loops. It keeps the contract of a `TrainingStep`, slots and random masks included.
 */
export class SoftmaxRegression implements TrainingStep {
  #step = 0;
  readonly #weights: Float32Array;
  readonly #velocity: Float32Array;
  /** Called before every step with the number of steps done. */
  onStep: (step: number) => void = () => undefined;

  constructor(private readonly options: SoftmaxRegressionOptions) {
    const { featureDim, numClasses } = options;
    this.#weights = new Float32Array((featureDim + 1) * numClasses);
    this.#velocity = new Float32Array(this.#weights.length);
  }

  step({ inputs, targets }: TrainingBatch, learningRate: number): Promise<StepResult> {
    this.onStep(this.#step);
    const { featureDim, numClasses, batchSize, momentum = 0.9 } = this.options;
    if (inputs.length !== batchSize * featureDim || targets.length !== batchSize * numClasses) {
      throw new RangeError(`a batch of ${inputs.length} inputs and ${targets.length} targets`);
    }
    const kept = this.drop(inputs);
    const logits = this.logits(kept, batchSize);
    const gradient = new Float64Array(this.#weights.length);
    let loss = 0;
    const total = targets.reduce((sum, target) => sum + target, 0);
    for (let row = 0; row < batchSize; row++) {
      const scores = logits.subarray(row * numClasses, (row + 1) * numClasses);
      const aims = targets.subarray(row * numClasses, (row + 1) * numClasses);
      const aim = aims.reduce((sum, target) => sum + target, 0);
      const highest = Math.max(...scores);
      const normalizer = highest + Math.log(scores.reduce((sum, z) => sum + Math.exp(z - highest), 0));
      for (let k = 0; k < numClasses; k++) {
        const logProbability = (scores[k] ?? 0) - normalizer;
        loss -= (aims[k] ?? 0) * logProbability;
        const error = aim * Math.exp(logProbability) - (aims[k] ?? 0);
        for (let i = 0; i <= featureDim; i++) {
          const input = i === featureDim ? 1 : (kept[row * featureDim + i] ?? 0);
          const at = i * numClasses + k;
          gradient[at] = (gradient[at] ?? 0) + (error * input) / total;
        }
      }
    }
    loss /= total;
    if (Number.isFinite(loss)) {
      gradient.forEach((slope, at) => {
        this.#velocity[at] = momentum * (this.#velocity[at] ?? 0) + slope;
        this.#weights[at] = (this.#weights[at] ?? 0) - learningRate * (this.#velocity[at] ?? 0);
      });
      this.#step += 1;
    }
    return Promise.resolve({ loss, gradientNorm: Math.hypot(...gradient), logits });
  }

  score(inputs: Float32Array, count: number): Promise<Float32Array> {
    return Promise.resolve(this.logits(inputs, count));
  }

  readState(): Promise<TrainingState> {
    const tensors = Object.entries(this.tensors()).map(([name, values]) => [name, values.slice()]);
    return Promise.resolve({ step: this.#step, tensors: Object.fromEntries(tensors) });
  }

  writeState({ step, tensors }: TrainingState): Promise<void> {
    const own = this.tensors();
    const isEqual = Object.keys({ ...own, ...tensors }).every(
      (name) => own[name]?.length === tensors[name]?.length,
    );
    if (!isEqual) {
      return Promise.reject(
        new ZooError('CHECKPOINT_INVALID', 'The state is of another network or optimizer.'),
      );
    }
    this.#step = step;
    for (const [name, values] of Object.entries(tensors)) own[name]?.set(values);
    return Promise.resolve();
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  private tensors(): Record<string, Float32Array> {
    const weights = { 'weight/head/kernel': this.#weights };
    return this.options.momentum === 0
      ? weights
      : { ...weights, 'slot/momentum/head/kernel': this.#velocity };
  }

  private drop(inputs: Float32Array): Float32Array {
    const { dropout = 0, seed = 0 } = this.options;
    if (dropout === 0) return inputs;
    const random = createRandom(deriveSeed(seed, this.#step));
    return inputs.map((value) => (random.next() < dropout ? 0 : value / (1 - dropout)));
  }

  private logits(inputs: Float32Array, count: number): Float32Array {
    const { featureDim, numClasses } = this.options;
    const logits = new Float32Array(count * numClasses);
    for (let row = 0; row < count; row++) {
      for (let k = 0; k < numClasses; k++) {
        let sum = this.#weights[featureDim * numClasses + k] ?? 0;
        for (let i = 0; i < featureDim; i++) {
          sum += (inputs[row * featureDim + i] ?? 0) * (this.#weights[i * numClasses + k] ?? 0);
        }
        logits[row * numClasses + k] = sum;
      }
    }
    return logits;
  }
}
