import type { RecordedValue } from '../../record/recorded-graph.js';
import { sameShape, type GraphEditor, type NewValue } from './graph-editor.js';

type Paddings = [before: number, after: number][];

const withPaddedInput = new Set([
  'Conv2D',
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropFilter',
]);
const none: [number, number] = [0, 0];

/** Zeros around a picture become the padding of the convolution that reads it; so does cutting off their gradient. */
export function absorbPadding(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const x = value.inputs?.['x'];
  if (x === undefined) return undefined;
  if (withPaddedInput.has(value.op) && x.op === 'PadV2') return absorbPad(value, x, editor);
  if (value.op === 'Slice' && x.op.endsWith('BackpropInput')) return absorbSlice(value, x, editor);
  return undefined;
}

function absorbPad(value: NewValue, padded: RecordedValue, editor: GraphEditor): RecordedValue | undefined {
  const own = explicitPaddings(value.attributes?.['pad']);
  const source = padded.inputs['x'];
  const isZero = Number(padded.attributes['constantValue'] ?? 0) === 0;
  if (own === undefined || source === undefined || !isZero) return undefined;
  const pad = sum(own, padded.attributes['paddings'] as Paddings);
  if (pad === undefined) return undefined;
  return editor.make({
    ...value,
    inputs: { ...value.inputs, x: source },
    attributes: { ...value.attributes, pad },
  });
}

function absorbSlice(
  value: NewValue,
  gradient: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  const own = explicitPaddings(gradient.attributes['pad']);
  const begin = value.attributes?.['begin'] as number[];
  const cut = gradient.shape.map((length, axis): [number, number] => {
    const before = begin[axis] ?? 0;
    return [before, length - before - (value.shape[axis] ?? 0)];
  });
  const pad = own === undefined ? undefined : sum(own, cut);
  if (pad === undefined) return undefined;
  const attributes = { ...gradient.attributes, inputShape: value.shape, pad };
  return editor.make({ ...value, op: gradient.op, inputs: gradient.inputs, attributes });
}

function explicitPaddings(pad: unknown): Paddings | undefined {
  if (pad === 'valid') return [none, none, none, none];
  return Array.isArray(pad) ? (pad as Paddings) : undefined;
}

/** Undefined where batch or channels would be padded, which convolutions cannot. */
function sum(a: Paddings, b: Paddings): Paddings | undefined {
  const total = a.map(([before, after], axis): [number, number] => {
    const [moreBefore, moreAfter] = b[axis] ?? none;
    return [before + moreBefore, after + moreAfter];
  });
  return [0, 3].every((axis) => sameShape(total[axis] ?? [], none)) ? total : undefined;
}
