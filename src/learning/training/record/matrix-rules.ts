import { backend_util } from '@tensorflow/tfjs-core';
import { sameRule, type KernelRules } from './kernel-rule.js';

/** Matrix products over the last two axes; the axes before them stretch. */
export const matrixRules: KernelRules = sameRule(['BatchMatMul', '_FusedMatMul'], (call) => {
  const a = call.input('a').shape;
  const b = call.input('b').shape;
  const rows = a.at(call.attribute<boolean>('transposeA') ? -1 : -2) ?? 1;
  const columns = b.at(call.attribute<boolean>('transposeB') ? -2 : -1) ?? 1;
  const batch = backend_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
  return { shape: [...batch, rows, columns], dtype: 'float32' };
});
