import { backend_util } from '@tensorflow/tfjs-core';
import { like, sameRule, type KernelRules } from './kernel-rule.js';

/** Windows over height and width, and their gradients. */
export const poolingRules: KernelRules = {
  ...sameRule(['AvgPool', 'MaxPool'], (call) => {
    const info = backend_util.computePool2DInfo(
      call.input('x').shape as [number, number, number, number],
      call.attribute('filterSize'),
      call.attribute('strides'),
      1,
      call.attribute('pad'),
      call.attribute('dimRoundingMode'),
    );
    return { shape: info.outShape, dtype: 'float32' };
  }),
  ...sameRule(['AvgPoolGrad', 'MaxPoolGrad'], like('input')),
};
