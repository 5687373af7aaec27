import type { Tensor } from '@tensorflow/tfjs-core';
import { dataType, typeAttribute } from './graph-writer.js';
import { ValueReadError, type Tf } from '../../../tensor-program.js';

/** An operation of TensorFlow, as the addon was told to run it. Tensors are the addon's numbers for them. */
export interface TensorflowOperation {
  op: string;
  attributes: OperationAttribute[];
  inputs: number[];
  outputs: number[];
}

/** By TensorFlow's C API: `type` is a `TF_AttrType`. */
export interface OperationAttribute {
  name: string;
  type: number;
  value: string | number | boolean | (number | boolean)[];
}

/** A tensor that came from JavaScript. */
export interface UploadedTensor {
  shape: number[];
  /** A `TF_DataType`. */
  dtype: number;
  /** Row-major; a single one that stands for all where all are equal: tfjs makes tensors of ones as large as a batch. */
  values: UploadedValues;
}

export type UploadedValues = Float32Array | Int32Array | Uint8Array;

export interface OperationRecord {
  /** In the order in which they ran. */
  operations: TensorflowOperation[];
  uploads: Map<number, UploadedTensor>;
  /** Numbers of the tensors that went in and came out, by name. What was never used has none. */
  inputs: Record<string, number>;
  outputs: Record<string, number>;
}

/** What the record needs of the addon: two functions, and the table of tensors. */
interface Addon {
  binding: {
    createTensor(shape: number[], dtype: number, values: UploadedValues): number;
    executeOp(
      op: string,
      attributes: OperationAttribute[],
      inputs: number[],
      outputCount: number,
    ): { id: number; dtype: number }[];
  };
  tensorMap: { get(dataId: object): { id: number } };
}

/**
 * Runs a function once on the addon and writes down every operation that reaches TensorFlow. The addon turns each of tfjs'
 * kernels into operations of TensorFlow; whatever it can run can be recorded so, and no table of our own says how.
 *
 * @throws ValueReadError when the function reads a value: then what it does could depend on it.
 */
export function recordOperations(
  tf: Tf,
  inputs: Record<string, Tensor>,
  run: () => Record<string, Tensor>,
): OperationRecord {
  const addon = tf.backend() as unknown as Addon;
  const { binding } = addon;
  const operations: TensorflowOperation[] = [];
  const uploads: OperationRecord['uploads'] = new Map();
  const recording: Record<string, unknown> = {
    createTensor: ((shape, dtype, values) => {
      const id = binding.createTensor(shape, dtype, values);
      uploads.set(id, { shape: [...shape], dtype, values: shortened(values) });
      return id;
    }) satisfies Addon['binding']['createTensor'],
    executeOp: ((op, attributes, inputIds, outputCount) => {
      const outputs = binding.executeOp(op, attributes, inputIds, outputCount);
      operations.push({
        op,
        attributes:
          op === 'ExpandDims' ? typesOfExpandDims(outputs[0]?.dtype ?? dataType.float32) : attributes,
        inputs: [...inputIds],
        outputs: outputs.map(({ id }) => id),
      });
      return outputs;
    }) satisfies Addon['binding']['executeOp'],
    tensorDataSync: () => {
      throw new ValueReadError('a value was read while operations were recorded');
    },
  };
  // The addon's own functions cannot be replaced; these stand before them.
  addon.binding = Object.create(binding, Object.getOwnPropertyDescriptors(recording)) as Addon['binding'];
  try {
    const outputs = run();
    const numbersOf = (tensors: Record<string, Tensor>) =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, { dataId }]) => [name, addon.tensorMap.get(dataId).id]),
      );
    return { operations, uploads, inputs: numbersOf(inputs), outputs: numbersOf(outputs) };
  } finally {
    addon.binding = binding;
  }
}

/** The one operation that the addon leaves to TensorFlow to find the types of, which that does outside of graphs only. */
function typesOfExpandDims(dtype: number): OperationAttribute[] {
  return [typeAttribute('T', dtype), typeAttribute('Tdim', dataType.int32)];
}

/** Whole numbers are shapes and the like, and stay as they are. */
function shortened(values: UploadedValues): UploadedValues {
  const [first] = values;
  if (values instanceof Int32Array) return values;
  return values.every((value) => Object.is(value, first)) ? values.slice(0, 1) : values;
}
