import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerSpec } from '../engines/training-engine.js';
import type { Tf } from '../tensor-program.js';
import { adam } from './adam.js';
import { ownOptimizer } from './own-optimizer.js';
import { sgd } from './sgd.js';

/** One weight at one step, as an optimizer sees it. */
export interface WeightStep {
  weight: Tensor;
  /** Of the mean loss, after clipping, with the penalty's where there is one. */
  gradient: Tensor;
  /** Scalar: the step's, times the weight's own scale. */
  learningRate: Tensor;
  /** 0 where the weight does not decay. */
  weightDecay: number;
  /** By the optimizer's names. */
  slots: Record<string, Tensor>;
  /** The optimizer's own scalar inputs, by its names. */
  scalars: Record<string, Tensor>;
}

/**
 * How an optimizer moves a weight. A strategy may bring one of its own: pure functions, since `move` is recorded once and
 * perhaps compiled, and `scalars` is asked for a step's numbers again when training goes on from a checkpoint.
 */
export interface OptimizerRule {
  /** What it remembers of every weight, zero at first; of the weight's shape. */
  slots: string[];
  /** What `move` is told for weights that decay: kernels, not biases or batch normalisation. Left out: 0. */
  weightDecay?: number | undefined;
  /** Numbers it takes besides the learning rate: their values at a step, counted from 1. The same names at every step. */
  scalars(step: number): Record<string, number>;
  /** The weight afterwards, and its slots; all of the weight's shape. */
  move(tf: Tf, step: WeightStep): { weight: Tensor; slots: Record<string, Tensor> };
}

/** The rule of an optimizer. @throws ZooError TRAINING_FUNCTION_INVALID for one of a strategy's own that is none */
export function optimizerRule(spec: OptimizerSpec | OptimizerRule): OptimizerRule {
  if (isOwnOptimizer(spec)) return ownOptimizer(spec);
  return spec.kind === 'sgd' ? sgd(spec) : adam(spec);
}

/** Whether an optimizer is a strategy's own, and not one of ours by its numbers. */
export function isOwnOptimizer(optimizer: OptimizerSpec | OptimizerRule): optimizer is OptimizerRule {
  return 'move' in optimizer;
}
