import { elementwise } from './elementwise.js';
import type { KernelCall, Tensor64 } from './tensor64.js';

/** Bias and activation of a fused kernel, applied one after the other. */
export function activate(call: KernelCall, x: Tensor64): Tensor64 {
  const { bias, preluActivationWeights } = call.inputs;
  const { activation = 'linear', leakyreluAlpha } = call.attributes as {
    activation?: string;
    leakyreluAlpha?: number;
  };
  const sum = bias === undefined ? x : run('Add', { a: x, b: bias });
  switch (activation) {
    case 'linear':
      return sum;
    case 'prelu':
      return run('Prelu', { x: sum, ...(preluActivationWeights && { alpha: preluActivationWeights }) });
    case 'leakyrelu':
      return run('LeakyRelu', { x: sum }, { alpha: leakyreluAlpha });
    default:
      return run(`${activation.charAt(0).toUpperCase()}${activation.slice(1)}`, { x: sum });
  }
}

function run(
  name: string,
  inputs: Record<string, Tensor64>,
  attributes: Record<string, unknown> = {},
): Tensor64 {
  const result = elementwise[name]?.({ inputs, attributes });
  if (result === undefined || Array.isArray(result)) throw new Error(`no activation ${name}`);
  return result;
}
