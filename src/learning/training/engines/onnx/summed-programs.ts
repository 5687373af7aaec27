import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorProgram } from '../../tensor-program.js';

/** Name of a further part of an input, or of what an output is added to. The first part keeps the name. */
export function partName(name: string, part: number): string {
  return part === 0 ? name : `${name}#${part}`;
}

/** The program with some inputs in several parts, which are added up in order before it begins. */
export function withInputParts(
  program: TensorProgram,
  isParted: (name: string) => boolean,
  parts: number,
): TensorProgram {
  const parted = Object.keys(program.inputs).filter(isParted);
  const inputs = { ...program.inputs };
  for (const [name, spec] of Object.entries(program.inputs).filter(([name]) => isParted(name))) {
    for (let part = 1; part < parts; part++) inputs[partName(name, part)] = spec;
  }
  return {
    ...program,
    inputs,
    run(tf, tensors) {
      const sums = parted.map((name) => {
        const addends = Array.from({ length: parts }, (_, part) => given(tensors, partName(name, part)));
        return [name, addends.reduce((sum, addend) => tf.add(sum, addend))] as const;
      });
      return program.run(tf, { ...tensors, ...Object.fromEntries(sums) });
    },
  };
}

/** The program with some outputs added to what comes in for them: run by run, they become sums. */
export function withRunningSums(program: TensorProgram, sums: TensorProgram['inputs']): TensorProgram {
  const before = Object.entries(sums).map(([name, spec]) => [partName(name, 1), spec] as const);
  return {
    ...program,
    inputs: { ...program.inputs, ...Object.fromEntries(before) },
    run(tf, inputs) {
      const outputs = program.run(tf, inputs);
      for (const name of Object.keys(sums)) {
        outputs[name] = tf.add(given(inputs, partName(name, 1)), given(outputs, name));
      }
      return outputs;
    },
  };
}

function given(tensors: Record<string, Tensor>, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`the tensor ${name} is missing`);
  return tensor;
}
