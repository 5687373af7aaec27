/**
 * What a tensor program does, written down operation by operation: tfjs' kernels with their inputs and attributes, in
 * the order they were called, every shape known. Backward pass and update are in it like the forward pass.
 */
export interface RecordedGraph {
  /** By the names the program gives them. */
  inputs: Record<string, RecordedValue>;
  outputs: Record<string, RecordedValue>;
}

/** One output of one operation. */
export interface RecordedValue {
  /** Unique, rising in the order of recording: an operation's inputs have smaller ids. */
  id: number;
  /** tfjs' kernel name (`Conv2D`, `AddN`), or `Input`, `Constant`. */
  op: string;
  /** By tfjs' names (`x`, `filter`, `dy`); a list of tensors is named `0`, `1`, …, in order. */
  inputs: Record<string, RecordedValue>;
  attributes: Record<string, unknown>;
  /** With the batch. */
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool';
  /** Which of the operation's outputs this is. */
  output: number;
  /** All outputs of an operation with several, this one among them. */
  siblings?: RecordedValue[];
  /** Of an `Input`. */
  name?: string;
  /** Of a `Constant`, row-major. */
  data?: Float32Array | Int32Array | Uint8Array;
}
