import type { RecordedValue } from '../../record/recorded-graph.js';
import { sizeOf } from '../layout.js';
import { isPerChannel, sameShape, type GraphEditor, type NewValue } from './graph-editor.js';

/**
 * A gradient that is scaled channel by channel, as batch normalisation leaves it, on its way into a convolution's
 * gradients or a sum: the scale goes to the kernel or behind the sum, which are small.
 */
export function gatherScales(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const { dy, filter, x } = value.inputs ?? {};
  switch (value.op) {
    case 'Multiply':
      return joinScales(value, editor);
    case 'Conv2DBackpropInput':
    case 'DepthwiseConv2dNativeBackpropInput': {
      const scaled = dy === undefined ? undefined : splitScale(dy, editor);
      if (scaled === undefined || filter === undefined) return undefined;
      const inputs = { dy: scaled.rest, filter: scaleKernel(filter, scaled.scale, value.op, editor) };
      return editor.make({ ...value, inputs });
    }
    case 'Conv2DBackpropFilter':
    case 'DepthwiseConv2dNativeBackpropFilter': {
      const scaled = dy === undefined ? undefined : splitScale(dy, editor);
      if (scaled === undefined || x === undefined) return undefined;
      const gradient = editor.make({ ...value, inputs: { x, dy: scaled.rest } });
      return scaleKernel(gradient, scaled.scale, value.op, editor);
    }
    default:
      return undefined;
  }
}

/** A kernel times one number per channel of its output. */
export function scaleKernel(
  kernel: RecordedValue,
  scale: RecordedValue,
  op: string,
  editor: GraphEditor,
): RecordedValue {
  const shape = op.startsWith('Depthwise') ? kernel.shape.slice(2) : kernel.shape.slice(3);
  return editor.binary('Multiply', kernel, editor.reshape(scale, shape));
}

/** (x · a) · b with a and b per channel: x · (a · b). */
function joinScales({ inputs = {}, shape }: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const { a, b } = inputs;
  if (a === undefined || b === undefined) return undefined;
  for (const [large, outer] of [
    [a, b],
    [b, a],
  ] as const) {
    if (!isPerChannel(outer, shape.at(-1)) || !sameShape(large.shape, shape)) continue;
    const split = splitScale(large, editor);
    if (split === undefined) continue;
    const scale = editor.binary('Multiply', split.scale, editor.reshape(outer, [sizeOf(outer.shape)]));
    return editor.binary('Multiply', split.rest, scale);
  }
  return undefined;
}

/** A picture times one number per channel, apart: the scale as [channels]. */
export function splitScale(
  value: RecordedValue,
  editor: GraphEditor,
): { rest: RecordedValue; scale: RecordedValue } | undefined {
  const { a, b } = value.inputs;
  if (value.op !== 'Multiply' || value.shape.length !== 4 || a === undefined || b === undefined)
    return undefined;
  const channels = value.shape[3] ?? 1;
  for (const [rest, scale] of [
    [a, b],
    [b, a],
  ] as const) {
    if (
      sameShape(rest.shape, value.shape) &&
      isPerChannel(scale, channels) &&
      !isPerChannel(rest, channels)
    ) {
      return { rest, scale: editor.reshape(scale, [channels]) };
    }
  }
  return undefined;
}
