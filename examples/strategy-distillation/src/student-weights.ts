import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import type { TfWithLayers } from 'modelzoo/plugin';

const momentum = 0.9;

/**
 * A student's weights and how fast each of them moves: stochastic gradient descent with Nesterov's momentum. It is written out, and
 * not left to an optimizer of tfjs, so that all of its state can be read and set to the last bit. Dispose of it after use.
 *
 * @see Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013, section 2
 */
export class StudentWeights {
  readonly #trained: Variable[];
  readonly #velocities: Variable[];
  /** Weights, moving averages and velocities. */
  readonly #state: Variable[];

  constructor(
    private readonly tf: TfWithLayers,
    student: Sequential,
  ) {
    this.#trained = variablesOf(student.trainableWeights);
    this.#velocities = this.#trained.map((weight) => tf.tidy(() => tf.variable(tf.zerosLike(weight), false)));
    this.#state = [...variablesOf(student.weights), ...this.#velocities];
  }

  /**
   * Moves all weights a step down the slope of a loss.
   *
   * @returns the loss before the step
   */
  step(loss: () => Scalar, learningRate: number): number {
    const { tf } = this;
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, this.#trained);
      this.#trained.forEach((weight, index) => {
        const [velocity, gradient] = [this.#velocities[index], grads[weight.name]];
        if (velocity === undefined || gradient === undefined) {
          throw new TypeError(`the loss does not depend on ${weight.name}`);
        }
        velocity.assign(tf.add(tf.mul(velocity, momentum), gradient));
        const move = tf.add(gradient, tf.mul(velocity, momentum));
        weight.assign(tf.sub(weight, tf.mul(move, learningRate)));
      });
      return value.dataSync()[0] ?? Number.NaN;
    });
  }

  /** How many numbers each tensor of the state has. */
  get lengths(): number[] {
    return this.#state.map(({ size }) => size);
  }

  /** A copy of the state. */
  read(): Float32Array[] {
    return this.#state.map((tensor) => tensor.dataSync<'float32'>().slice());
  }

  write(state: readonly Float32Array[]): void {
    this.tf.tidy(() =>
      this.#state.forEach((tensor, index) =>
        tensor.assign(this.tf.tensor(state[index] ?? [], tensor.shape, 'float32')),
      ),
    );
  }

  dispose(): void {
    this.tf.dispose(this.#velocities);
  }
}

/** What a layer keeps a weight in is a tensor that can move, though its type does not say so. */
function variablesOf(weights: readonly { read(): Tensor }[]): Variable[] {
  return weights.map((weight) => weight.read() as Variable);
}
