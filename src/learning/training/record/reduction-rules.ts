import { util } from '@tensorflow/tfjs-core';
import { sameRule, type KernelCall, type KernelRules } from './kernel-rule.js';

/** Kernels that take axes away. */
export const reductionRules: KernelRules = {
  ...sameRule(['Mean', 'Min', 'Prod', 'Sum'], (call) => ({
    shape: reducedShape(call, 'axis'),
    dtype: call.input('x').dtype,
  })),
  Max: (call) => ({ shape: reducedShape(call, 'reductionIndices'), dtype: call.input('x').dtype }),
  ...sameRule(['All', 'Any'], (call) => ({ shape: reducedShape(call, 'axis'), dtype: 'bool' })),
  ...sameRule(['ArgMax', 'ArgMin'], (call) => ({ shape: reducedShape(call, 'axis'), dtype: 'int32' })),
};

/** @param attribute where the kernel keeps its axes; null there means all of them. */
function reducedShape(call: KernelCall, attribute: 'axis' | 'reductionIndices'): number[] {
  const { shape } = call.input('x');
  const axes = util.parseAxisParam(call.attribute<number | number[]>(attribute) ?? null, shape);
  if (call.attribute<boolean | undefined>('keepDims') === true) {
    return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  }
  return shape.filter((_length, axis) => !axes.includes(axis));
}
