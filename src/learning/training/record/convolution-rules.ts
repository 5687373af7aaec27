import { backend_util } from '@tensorflow/tfjs-core';
import { sameRule, type KernelCall, type KernelRules } from './kernel-rule.js';

type Shape4D = [number, number, number, number];

/** Convolutions over height and width, and their gradients. Filters are [height, width, in, out]. */
export const convolutionRules: KernelRules = {
  ...sameRule(['Conv2D', 'FusedConv2D'], (call) => convolved(call, false)),
  ...sameRule(['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'], (call) => convolved(call, true)),
  ...sameRule(['Conv2DBackpropInput', 'DepthwiseConv2dNativeBackpropInput'], (call) => ({
    shape: call.attribute<number[]>('inputShape'),
    dtype: 'float32',
  })),
  ...sameRule(['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter'], (call) => ({
    shape: call.attribute<number[]>('filterShape'),
    dtype: 'float32',
  })),
};

function convolved(call: KernelCall, depthwise: boolean) {
  const info = backend_util.computeConv2DInfo(
    call.input('x').shape as Shape4D,
    call.input('filter').shape as Shape4D,
    call.attribute('strides'),
    call.attribute<number | [number, number] | undefined>('dilations') ?? 1,
    call.attribute('pad'),
    call.attribute('dimRoundingMode'),
    depthwise,
    'channelsLast',
  );
  return { shape: info.outShape, dtype: 'float32' as const };
}
