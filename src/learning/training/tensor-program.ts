import type * as tfjs from '@tensorflow/tfjs-core';

/**
 * tfjs-core, handed in rather than imported: an engine brings the copy that its backend is registered with, and the
 * server, which reads the same layer descriptions, never loads it.
 */
export type Tf = typeof tfjs;

/** A tensor that a program takes or gives. */
export interface TensorSpec {
  shape: number[];
  dtype: 'float32' | 'int32';
}

/**
 * A pure function of tensors, written once in tfjs-core's operations. An engine either runs it as it is, or records it
 * once and compiles the record. It must not read a value (no `dataSync`), branch on one, or draw random numbers:
 * whatever changes from step to step is an input.
 */
export interface TensorProgram {
  /** For messages and profiles: `gradients`, `update`, `scores`. */
  name: string;
  /** Functions of a strategy that are part of it, by their names: whoever cannot run the program may name them. */
  ownFunctions?: readonly OwnFunction[];
  inputs: Record<string, TensorSpec>;
  run(tf: Tf, inputs: Record<string, tfjs.Tensor>): Record<string, tfjs.Tensor>;
}

/** A function that a strategy hands to a training, by the name it has where it is handed over. */
export type OwnFunction =
  'loss' | 'penalty' | 'optimizer.scalars' | 'optimizer.move' | 'schedule' | 'order' | 'onEpoch';

/** A program read a tensor's value while it was recorded, when there is none. */
export class ValueReadError extends Error {}
