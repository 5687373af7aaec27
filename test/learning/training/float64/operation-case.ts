import type * as tfjs from '@tensorflow/tfjs-core';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import type { TensorProgram, Tf } from '../../../../src/learning/training/tensor-program.js';

/** One operation at one geometry, as a row of a table. */
export interface OperationCase {
  name: string;
  /** Tensors that the result is differentiated by. */
  inputs: Record<string, number[]>;
  /** Range that values are drawn from: by default about −2 to 2, without 0. */
  range?: [low: number, high: number];
  /** Whole numbers that come in beside them: indices, conditions. */
  indices?: Record<string, { shape: number[]; below: number }>;
  run(tf: Tf, inputs: Record<string, tfjs.Tensor>): tfjs.Tensor;
  /** Has a value only: comparisons, rounding, the largest's place. */
  withoutGradient?: boolean;
  /** So many corners that a step of central differences would cross some. Its parts have rows of their own. */
  hasCorners?: boolean;
  /** Where float32 engines may be further off than usual, with the reason beside it. */
  tolerance?: number;
}

/** The operation alone. */
export function forwardProgram({ name, inputs, indices = {}, run }: OperationCase): TensorProgram {
  return {
    name,
    inputs: {
      ...Object.fromEntries(
        Object.entries(inputs).map(([key, shape]) => [key, { shape, dtype: 'float32' as const }]),
      ),
      ...Object.fromEntries(
        Object.entries(indices).map(([key, { shape }]) => [key, { shape, dtype: 'int32' as const }]),
      ),
    },
    run: (tf, tensors) => ({ value: asFloat(tf, run(tf, tensors)) }),
  };
}

/** The operation and, by tfjs, the gradient of Σ upstream · value by each of its inputs. */
export function gradientProgram(operation: OperationCase): TensorProgram {
  const forward = forwardProgram(operation);
  const { shape = [] } = recordProgram(forward).outputs['value'] ?? {};
  const names = Object.keys(operation.inputs);
  return {
    name: `gradient of ${operation.name}`,
    inputs: { ...forward.inputs, upstream: { shape, dtype: 'float32' } },
    run(tf, { upstream, ...tensors }) {
      const value = (...changed: tfjs.Tensor[]) =>
        operation.run(tf, {
          ...tensors,
          ...Object.fromEntries(names.map((name, i) => [name, changed[i] as tfjs.Tensor])),
        });
      const by = names.map((name) => tensors[name] as tfjs.Tensor);
      const gradients = tf.grads(value)(by, upstream);
      return Object.fromEntries(names.map((name, i) => [gradientOf(name), gradients[i] as tfjs.Tensor]));
    },
  };
}

export const gradientOf = (input: string): string => `gradient/${input}`;

function asFloat(tf: Tf, tensor: tfjs.Tensor): tfjs.Tensor {
  return tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
}
