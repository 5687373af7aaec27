import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerSpec } from '../engines/training-engine.js';
import type { Tf } from '../tensor-program.js';
import { adam } from './adam.js';
import { sgd } from './sgd.js';

/** One weight at one step, as an optimizer sees it. */
export interface WeightStep {
  weight: Tensor;
  /** Of the mean loss, after clipping. */
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

/** How an optimizer moves a weight. */
export interface OptimizerRule {
  /** What it remembers of every weight, zero at first; of the weight's shape. */
  slots: string[];
  /** Numbers it takes besides the learning rate: their values at a step, counted from 1. */
  scalars(step: number): Record<string, number>;
  /** The weight afterwards, and its slots. */
  move(tf: Tf, step: WeightStep): { weight: Tensor; slots: Record<string, Tensor> };
}

/** The rule of an optimizer. */
export function optimizerRule(spec: OptimizerSpec): OptimizerRule {
  return spec.kind === 'sgd' ? sgd(spec) : adam(spec);
}
