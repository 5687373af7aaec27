import type { RecordedValue } from '../../record/recorded-graph.js';
import { isPerChannel, type GraphEditor, type NewValue } from './graph-editor.js';
import { scaleKernel } from './gather-scales.js';

/**
 * What follows a convolution channel by channel, as frozen batch normalisation does, becomes part of its kernel and
 * bias. Only where nothing else reads the convolution: it would be computed twice.
 *
 * @see Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", section 3.2
 */
export function foldScalesIntoConvolutions(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const { a, b } = value.inputs ?? {};
  if (a === undefined || b === undefined || value.shape.length !== 4) return undefined;
  const channels = value.shape[3];
  if (isOwnConvolution(a, editor) && isPerChannel(b, channels)) return fold(value, a, b, editor);
  const commutes = value.op === 'Multiply' || value.op === 'Add';
  if (commutes && isOwnConvolution(b, editor) && isPerChannel(a, channels)) return fold(value, b, a, editor);
  return undefined;
}

function isOwnConvolution(value: RecordedValue, editor: GraphEditor): boolean {
  const isConvolution = value.op === 'Conv2D' || value.op === 'DepthwiseConv2dNative';
  return isConvolution && editor.before.readersOf(value) <= 1;
}

function fold(
  value: NewValue,
  convolution: RecordedValue,
  vector: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  const { x, filter, bias } = convolution.inputs;
  if (x === undefined || filter === undefined) return undefined;
  const perChannel = editor.reshape(vector, [value.shape[3] ?? 1]);
  const again = (inputs: Record<string, RecordedValue>) =>
    editor.make({ ...convolution, inputs: { x, ...inputs } });
  switch (value.op) {
    case 'Multiply': {
      const scaled = scaleKernel(filter, perChannel, convolution.op, editor);
      if (bias === undefined) return again({ filter: scaled });
      return again({ filter: scaled, bias: editor.binary('Multiply', bias, perChannel) });
    }
    case 'Add':
      return again({
        filter,
        bias: bias === undefined ? perChannel : editor.binary('Add', bias, perChannel),
      });
    case 'Sub':
      return again({
        filter,
        bias: bias === undefined ? editor.unary('Neg', perChannel) : editor.binary('Sub', bias, perChannel),
      });
    default:
      return undefined;
  }
}
