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
  if (x === undefined) return clippedByMask(dy, withoutCast(mask), editor);
  return clippedGradient(dy, x, editor) ?? gradientOf(editor.unary('Relu', x), dy, undefined, editor);
}

/** tfjs' Relu6 multiplies by (x ≤ 6) · (x > 0), which has become the gradient of a rectifier already. */
function clippedByMask(
  dy: RecordedValue,
  mask: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  const x = mask.inputs['y']?.inputs['x'];
  const isBelow = mask.op === 'ReluGradient' ? mask.inputs['dy'] : undefined;
  if (isBelow === undefined || x === undefined) return undefined;
  const comparison = withoutCast(isBelow);
  const { a, b } = comparison.inputs;
  const ceiling = b === undefined ? undefined : uniformValue(b);
  if (comparison.op !== 'LessEqual' || a !== x || ceiling === undefined) return undefined;
  const y = clippedRelu(x, ceiling, editor);
  return y === undefined ? undefined : gradientOf(y, dy, ceiling, editor);
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
