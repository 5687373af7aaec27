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
  const isRectifier = reader?.op === 'Relu' || reader?.op === 'ClippedRelu';
  if (!isRectifier || others.length > 0) return { attributes: {}, result: value };
  return { attributes: rectifierAttributes(reader), result: reader };
}

/** A rectifier as ONNX Runtime's convolutions on blocks take it. */
export function rectifierAttributes(rectifier: RecordedValue): Record<string, Attribute> {
  if (rectifier.op === 'Relu') return { activation: 'Relu' };
  return { activation: 'Clip', activation_params: { floats: [0, numberOf(rectifier, 'ceiling')] } };
}
