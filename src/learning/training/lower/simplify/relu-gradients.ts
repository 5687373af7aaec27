import type { RecordedValue } from '../../record/recorded-graph.js';
import { uniformValue, type GraphEditor, type NewValue } from './graph-editor.js';

/**
 * The gradient of a rectifier as one operation, `ReluGradient`: dy where the activation's result y lies between 0 and
 * its ceiling, else 0. Reading y, which the next layer keeps in memory anyway, frees the activation's input.
 */
export function recogniseReluGradients(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  if (value.op === 'Relu6') return clippedRelu(value.inputs?.['x'], 6, editor);
  if (value.op === 'ClipByValue') {
    const relu = value.inputs?.['x'];
    const isFromZero = value.attributes?.['clipValueMin'] === 0;
    if (relu?.op !== 'Relu' || !isFromZero) return undefined;
    return clippedRelu(relu.inputs['x'], Number(value.attributes?.['clipValueMax']), editor);
  }
  if (value.op !== 'Multiply') return undefined;
  const { a, b } = value.inputs ?? {};
  if (a === undefined || b === undefined) return undefined;
  return reluGradient(a, b, editor) ?? reluGradient(b, a, editor);
}

function clippedRelu(
  x: RecordedValue | undefined,
  ceiling: number,
  editor: GraphEditor,
): RecordedValue | undefined {
  if (x === undefined) return undefined;
  return editor.make({
    op: 'ClippedRelu',
    inputs: { x },
    attributes: { ceiling },
    shape: x.shape,
    dtype: x.dtype,
  });
}

function reluGradient(
  dy: RecordedValue,
  mask: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  const x = steppedValue(mask);
  if (x !== undefined) {
    const clipped = clippedGradient(dy, x, editor);
    return clipped ?? gradientOf(editor.unary('Relu', x), dy, undefined, editor);
  }
  // tfjs' Relu6: x ≤ 6 and x > 0, multiplied.
  const product = withoutCast(mask);
  if (product.op !== 'Multiply') return undefined;
  const { a, b } = product.inputs;
  if (a === undefined || b === undefined) return undefined;
  for (const [below, above] of [
    [a, b],
    [b, a],
  ] as const) {
    const from = steppedValue(above);
    const comparison = withoutCast(below);
    const ceiling = comparison.inputs['b'] === undefined ? undefined : uniformValue(comparison.inputs['b']);
    if (
      comparison.op === 'LessEqual' &&
      from !== undefined &&
      comparison.inputs['a'] === from &&
      ceiling !== undefined
    ) {
      const y = clippedRelu(from, ceiling, editor);
      if (y !== undefined) return gradientOf(y, dy, ceiling, editor);
    }
  }
  return undefined;
}

/** A gradient that came through `clipByValue(relu(x), 0, ceiling)` and now meets relu's step. */
function clippedGradient(
  dy: RecordedValue,
  x: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  const { condition, t, e } = dy.inputs;
  if (dy.op !== 'Select' || condition?.op !== 'LogicalAnd' || t === undefined || e === undefined)
    return undefined;
  const { a: above, b: below } = condition.inputs;
  const relu = above?.inputs['a'];
  const [low, high] = [above?.inputs['b'], below?.inputs['b']].map((limit) =>
    limit === undefined ? undefined : uniformValue(limit),
  );
  const isWithin = above?.op === 'GreaterEqual' && below?.op === 'LessEqual' && below.inputs['a'] === relu;
  if (!isWithin || relu?.op !== 'Relu' || relu.inputs['x'] !== x) return undefined;
  if (low !== 0 || high === undefined || uniformValue(e) !== 0) return undefined;
  const y = clippedRelu(x, high, editor);
  return y === undefined ? undefined : gradientOf(y, t, high, editor);
}

function gradientOf(
  y: RecordedValue,
  dy: RecordedValue,
  ceiling: number | undefined,
  editor: GraphEditor,
): RecordedValue {
  const attributes = ceiling === undefined ? {} : { ceiling };
  return editor.make({ op: 'ReluGradient', inputs: { y, dy }, attributes, shape: y.shape, dtype: 'float32' });
}

/** x, where the value is x > 0 as a number. */
function steppedValue(value: RecordedValue): RecordedValue | undefined {
  const step = withoutCast(value);
  return step.op === 'Step' && (step.attributes['alpha'] ?? 0) === 0 ? step.inputs['x'] : undefined;
}

function withoutCast(value: RecordedValue): RecordedValue {
  return value.op === 'Cast' ? (value.inputs['x'] ?? value) : value;
}
