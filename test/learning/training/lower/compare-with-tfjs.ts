import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { createGraphSession } from '../../../../src/learning/training/engines/onnx/graph-session.js';
import { lowerGraph } from '../../../../src/learning/training/lower/lower-graph.js';
import type { LoweringOptions } from '../../../../src/learning/training/lower/lowered-graph.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import type { TensorProgram } from '../../../../src/learning/training/tensor-program.js';

/** A program of float32 tensors: its inputs' shapes, and what it computes of them. */
export interface SmallProgram<Name extends string> {
  inputs: Record<Name, number[]>;
  run(inputs: Record<Name, tf.Tensor>): Record<string, tf.Tensor>;
}

/** The program as the compiler takes it. tfjs is one copy here, so it need not be handed in. */
export function programOf<Name extends string>({ inputs, run }: SmallProgram<Name>): TensorProgram {
  const specs = Object.entries<number[]>(inputs).map(([name, shape]) => [
    name,
    { shape, dtype: 'float32' as const },
  ]);
  return {
    name: 'test',
    inputs: Object.fromEntries(specs),
    run: (_tf, tensors) => run(tensors as Record<Name, tf.Tensor>),
  };
}

/** Value and gradients of Σ f(x)·sin(f(x)), by the names of the inputs: a loss that treats no two numbers alike. */
export function withGradients<Name extends string>(
  inputs: Record<Name, number[]>,
  f: (inputs: Record<Name, tf.Tensor>) => tf.Tensor,
): SmallProgram<Name> {
  return {
    inputs,
    run(tensors) {
      const names = Object.keys(inputs) as Name[];
      const loss = (...values: tf.Tensor[]) => {
        const y = f(Object.fromEntries(names.map((name, index) => [name, values[index]])) as never);
        return tf.sum<tf.Scalar>(tf.mul(y, tf.sin(y)));
      };
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => tensors[name]));
      return Object.fromEntries([
        ['value', value],
        ...names.map((name, index) => [`gradient/${name}`, grads[index]] as [string, tf.Tensor]),
      ]);
    },
  };
}

/** The largest difference between ONNX Runtime and tfjs on the CPU, relative to the largest number of each output. */
export async function differenceFromTfjs<Name extends string>(
  program: SmallProgram<Name>,
  options: LoweringOptions = {},
): Promise<number> {
  await tf.setBackend('cpu');
  const names = Object.keys(program.inputs) as Name[];
  const tensors = Object.fromEntries(
    names.map((name, index) => [name, tf.randomNormal(program.inputs[name], 0, 1, 'float32', index + 1)]),
  ) as Record<Name, tf.Tensor>;
  const expected = program.run(tensors);
  const session = await createGraphSession(lowerGraph(recordProgram(programOf(program)), options), {
    threads: 1,
  });
  try {
    const feeds = names.map((name) => [name, tensors[name].dataSync<'float32'>()] as const);
    const results = await session.run(Object.fromEntries(feeds));
    const differences = Object.entries(expected).map(([name, tensor]) =>
      relativeDifference(tensor.dataSync<'float32'>(), results[name]),
    );
    return Math.max(...differences);
  } finally {
    await session.dispose();
  }
}

function relativeDifference(expected: Float32Array, actual: Float32Array | undefined): number {
  if (actual?.length !== expected.length) return Infinity;
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-9);
  return expected.reduce((max, value, i) => Math.max(max, Math.abs(value - (actual[i] ?? NaN))), 0) / largest;
}
