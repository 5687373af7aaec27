import type { RecordedValue } from '../../record/recorded-graph.js';
import { isPerChannel, sameShape, type GraphEditor, type NewValue } from './graph-editor.js';

/**
 * Sums over all pixels, as the gradients of batch normalisation's scale and offset are:
 *
 * - a factor per channel comes behind the sum;
 * - the sum of a gradient p times a convolution of x by w is the sum, over the small kernel, of w times the kernel's own
 *   gradient under p, since a convolution is linear in its kernel. That gradient is computed anyway, and the convolution's
 *   result need not be kept: frozen batch normalisation with a trained scale costs nothing.
 */
export function sumThroughKernels(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const x = value.inputs?.['x'];
  if (value.op !== 'Sum' || x?.shape.length !== 4 || x.op !== 'Multiply' || !sumsPixels(value))
    return undefined;
  const { scales, pictures } = factorsOf(x);
  const [first, second, third] = pictures;
  if (first === undefined || first === x || third !== undefined) return undefined;
  const sum =
    second === undefined
      ? sumPixels(first, editor)
      : (sumWithConvolution(first, second, editor) ?? sumWithConvolution(second, first, editor));
  if (sum === undefined && scales.length === 0) return undefined;
  const plain = sum ?? sumPixels(editor.binary('Multiply', first, second ?? first), editor);
  const scaled = scales.reduce(
    (product, scale) => editor.binary('Multiply', product, editor.reshape(scale, plain.shape)),
    plain,
  );
  return editor.reshape(scaled, value.shape);
}

function sumsPixels({ attributes = {} }: NewValue): boolean {
  const axes = attributes['axis'];
  return Array.isArray(axes) && axes.length === 3 && [0, 1, 2].every((axis) => axes.includes(axis));
}

/** [channels]. */
function sumPixels(picture: RecordedValue, editor: GraphEditor): RecordedValue {
  return editor.sum(picture, [0, 1, 2], false);
}

/** A product, taken apart into numbers per channel and whole pictures. */
function factorsOf(product: RecordedValue): { scales: RecordedValue[]; pictures: RecordedValue[] } {
  const scales: RecordedValue[] = [];
  const pictures: RecordedValue[] = [];
  const open = [product];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { a, b } = next.inputs;
    if (isPerChannel(next, product.shape[3])) scales.push(next);
    else if (next.op === 'Multiply' && a !== undefined && b !== undefined) open.push(b, a);
    else pictures.push(next);
  }
  // Anything else is stretched in a way that a sum over pixels would count differently.
  const isPlain = pictures.every((picture) => sameShape(picture.shape, product.shape));
  return isPlain ? { scales, pictures } : { scales: [], pictures: [product] };
}

/** Σ p · q, where q is a convolution, moved by a number per channel or not. Undefined where it is not. */
function sumWithConvolution(
  p: RecordedValue,
  q: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  if (q.op === 'Conv2D' || q.op === 'DepthwiseConv2dNative') return sumOverKernel(p, q, editor);
  const { a, b } = q.inputs;
  if ((q.op !== 'Add' && q.op !== 'Sub') || a === undefined || b === undefined) return undefined;
  // Statistics of the batch follow from the convolution; then the centred picture is what keeps the digits.
  if (!isPerChannel(b, q.shape[3]) || dependsOn(b, a)) return undefined;
  const sum = sumWithConvolution(p, a, editor);
  if (sum === undefined) return undefined;
  const moved = editor.binary('Multiply', sumPixels(p, editor), editor.reshape(b, sum.shape));
  return editor.binary(q.op, sum, moved);
}

function sumOverKernel(
  p: RecordedValue,
  convolution: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  const { x, filter, bias } = convolution.inputs;
  if (x === undefined || filter === undefined || bias !== undefined) return undefined;
  const computed = editor.before.filterGradientOf(x, filter);
  if (computed === undefined) return undefined;
  const gradient = editor.make({ ...computed, inputs: { x, dy: p } });
  const axes = convolution.op === 'Conv2D' ? [0, 1, 2] : [0, 1];
  const sum = editor.sum(editor.binary('Multiply', filter, gradient), axes, false);
  return editor.reshape(sum, [convolution.shape[3] ?? 1]);
}

function dependsOn(value: RecordedValue, source: RecordedValue): boolean {
  const seen = new Set<RecordedValue>();
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === source) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...Object.values(next.inputs));
  }
  return false;
}
