import { backend_util } from '@tensorflow/tfjs-core';
import { like, sameRule, type KernelRule, type KernelRules } from './kernel-rule.js';
import type { RecordedValue } from './recorded-graph.js';

const broadcast: KernelRule = (call) => ({
  shape: backend_util.assertAndGetBroadcastShape(call.input('a').shape, call.input('b').shape),
  dtype: call.input('a').dtype,
});

/** Kernels that compute every element by itself. */
export const elementwiseRules: KernelRules = {
  ...sameRule(
    [
      'Abs',
      'Ceil',
      'ClipByValue',
      'Cos',
      'Elu',
      'Erf',
      'Exp',
      'Expm1',
      'Floor',
      'LeakyRelu',
      'Log',
      'Log1p',
      'Neg',
      'OnesLike',
      'Prelu',
      'Reciprocal',
      'Relu',
      'Relu6',
      'Round',
      'Rsqrt',
      'Selu',
      'Sigmoid',
      'Sign',
      'Sin',
      'Softplus',
      'Sqrt',
      'Square',
      'Step',
      'Tanh',
      'ZerosLike',
    ],
    like('x'),
  ),
  EluGrad: like('y'),
  ...sameRule(
    [
      'Add',
      'FloorDiv',
      'Maximum',
      'Minimum',
      'Mod',
      'Multiply',
      'Pow',
      'RealDiv',
      'SquaredDifference',
      'Sub',
    ],
    broadcast,
  ),
  ...sameRule(
    [
      'Equal',
      'Greater',
      'GreaterEqual',
      'Less',
      'LessEqual',
      'LogicalAnd',
      'LogicalOr',
      'LogicalXor',
      'NotEqual',
    ],
    (call) => ({ ...broadcast(call), dtype: 'bool' }),
  ),
  ...sameRule(['IsFinite', 'IsInf', 'IsNan', 'LogicalNot'], (call) => ({
    shape: call.input('x').shape,
    dtype: 'bool',
  })),
  Select: like('t'),
  Cast: (call) => ({
    shape: call.input('x').shape,
    dtype: call.attribute<RecordedValue['dtype']>('dtype'),
  }),
  AddN(call) {
    const [{ shape, dtype }] = call.list();
    return { shape, dtype };
  },
  ...sameRule(['LogSoftmax', 'Softmax'], like('logits')),
  FusedBatchNorm: like('x'),
};
