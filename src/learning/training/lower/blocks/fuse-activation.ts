import type { Attribute } from '../../../onnx/onnx-model.js';
import type { RecordedValue } from '../../record/recorded-graph.js';
import { numberOf, type LoweringContext } from '../lowering-context.js';

/**
 * The rectifier behind a convolution on blocks, as part of it: it is applied to what has just been computed, while that
 * is at hand. Only where nothing else reads the convolution itself.
 *
 * @returns the convolution's further attributes, and the value that it then makes.
 */
export function fuseActivation(
  value: RecordedValue,
  { readers }: LoweringContext,
): { attributes: Record<string, Attribute>; result: RecordedValue } {
  const [reader, ...others] = readers.get(value) ?? [];
  if (reader === undefined || others.length > 0) return { attributes: {}, result: value };
  if (reader.op === 'Relu') return { attributes: { activation: 'Relu' }, result: reader };
  if (reader.op !== 'ClippedRelu') return { attributes: {}, result: value };
  const limits = { floats: [0, numberOf(reader, 'ceiling')] };
  return { attributes: { activation: 'Clip', activation_params: limits }, result: reader };
}
