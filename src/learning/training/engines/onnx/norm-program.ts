import type { Tensor } from '@tensorflow/tfjs-core';
import { tensorNames } from '../../programs/tensor-names.js';
import type { TensorProgram } from '../../tensor-program.js';

/** The program `norm`: the L2 norm of some gradients together, which must be known before they are clipped. */
export function normProgram(gradients: TensorProgram['inputs']): TensorProgram {
  return {
    name: 'norm',
    inputs: gradients,
    run(tf, inputs) {
      const squares = Object.keys(gradients).map((name) => tf.sum(tf.square(inputs[name] as Tensor)));
      return { [tensorNames.gradientNorm]: tf.sqrt(tf.addN(squares)) };
    },
  };
}
