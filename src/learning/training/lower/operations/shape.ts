import type { RecordedValue } from '../../record/recorded-graph.js';
import { arrange, axisIn, plainLayout } from '../layout.js';
import {
  inputList,
  inputOf,
  numberOf,
  numbersOf,
  type LoweringContext,
  type OperationTable,
} from '../lowering-context.js';
import type { OnnxEmitter } from '../onnx-emitter.js';

/** Operations that move numbers and change none. */
export const shapeOperations: OperationTable = {
  BroadcastTo: broadcast,
  Concat: concatenate,
  ExpandDims: (value, context) => reshape(value, inputOf(value, 'input'), context),
  MirrorPad: (value, context) =>
    pad(value, value.attributes['mode'] === 'reflect' ? 'reflect' : 'symmetric', context),
  Pack: pack,
  PadV2: (value, context) => pad(value, 'constant', context),
  Reshape: (value, context) => reshape(value, inputOf(value, 'x'), context),
  Reverse: reverse,
  Slice: slice,
  SplitV: split,
  Tile: tile,
  Transpose: transpose,
  Unpack: unpack,
};

function reshape(value: RecordedValue, x: RecordedValue, { onnx, values }: LoweringContext): void {
  values.definePlain(value, onnx.reshape(values.readPlain(x), value.shape));
}

/** Moves nothing: the same bytes are the result in another order of axes. */
function transpose(value: RecordedValue, { values }: LoweringContext): void {
  const x = inputOf(value, 'x');
  const order = numbersOf(value, 'perm');
  const layout = values.layoutOf(x);
  values.define(
    value,
    layout.map((axis) => order.indexOf(axis)),
    values.read(x, layout),
  );
}

function broadcast(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const rank = value.shape.length;
  const x = values.withRank(inputOf(value, 'x'), rank);
  const layout = values.layoutOf(x);
  const shape = onnx.integers(arrange(value.shape, layout));
  values.define(value, layout, onnx.node('Expand', [values.read(x, layout), shape]));
}

function tile(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const x = inputOf(value, 'x');
  const layout = values.layoutOf(x);
  const repeats = onnx.integers(arrange(numbersOf(value, 'reps'), layout));
  values.define(value, layout, onnx.node('Tile', [values.read(x, layout), repeats]));
}

function concatenate(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const parts = inputList(value);
  const layout = parts[0] === undefined ? plainLayout(value.shape.length) : values.layoutOf(parts[0]);
  const axis = axisIn(layout, (numberOf(value, 'axis') + value.shape.length) % value.shape.length);
  const names = parts.map((part) => values.read(part, layout));
  values.define(value, layout, onnx.node('Concat', names, { axis }));
}

function pack(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const axis = numberOf(value, 'axis');
  const parts = inputList(value).map((part) =>
    onnx.node('Unsqueeze', [values.readPlain(part), onnx.integers([axis])]),
  );
  values.definePlain(value, onnx.node('Concat', parts, { axis }));
}

function unpack(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const x = inputOf(value, 'value');
  const axis = (numberOf(value, 'axis') + x.shape.length) % x.shape.length;
  const position = onnx.constant(BigInt64Array.of(BigInt(value.output)), []);
  values.definePlain(value, onnx.node('Gather', [values.readPlain(x), position], { axis }));
}

function split(value: RecordedValue, context: LoweringContext): void {
  const x = inputOf(value, 'x');
  const axis = (numberOf(value, 'axis') + x.shape.length) % x.shape.length;
  const before = (value.siblings ?? [value]).slice(0, value.output);
  const start = before.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const begin = x.shape.map((_, index) => (index === axis ? start : 0));
  cut(value, x, begin, context);
}

function slice(value: RecordedValue, context: LoweringContext): void {
  cut(value, inputOf(value, 'x'), numbersOf(value, 'begin'), context);
}

function cut(
  value: RecordedValue,
  x: RecordedValue,
  begin: number[],
  { onnx, values }: LoweringContext,
): void {
  const layout = values.layoutOf(x);
  const end = begin.map((start, axis) => start + (value.shape[axis] ?? 0));
  const cutAxes = [...layout.keys()].filter(
    (index) => x.shape[layout[index] ?? 0] !== value.shape[layout[index] ?? 0],
  );
  const source = values.read(x, layout);
  const pick = (list: number[]) => onnx.integers(cutAxes.map((index) => list[layout[index] ?? 0] ?? 0));
  const name =
    cutAxes.length === 0
      ? source
      : onnx.node('Slice', [source, pick(begin), pick(end), onnx.integers(cutAxes)]);
  values.define(value, layout, name);
}

/** @param how what stands outside: a constant, or the picture mirrored, with (`symmetric`) or without its border. */
function pad(
  value: RecordedValue,
  how: 'constant' | 'reflect' | 'symmetric',
  { onnx, values }: LoweringContext,
): void {
  const x = inputOf(value, 'x');
  const layout = values.layoutOf(x);
  const source = values.read(x, layout);
  const paddings = arrange(value.attributes['paddings'] as [number, number][], layout);
  if (how === 'symmetric') {
    values.define(value, layout, padSymmetrically(source, arrange(x.shape, layout), paddings, onnx));
    return;
  }
  const amounts = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  const operands = [source, onnx.integers(amounts)];
  if (how === 'constant') operands.push(onnx.scalar(numberOf(value, 'constantValue')));
  values.define(value, layout, onnx.node('Pad', operands, { mode: how }));
}

/** ONNX' `Pad` leaves the border out of the mirrored part; here every axis looks its positions up. */
function padSymmetrically(
  source: string,
  shape: number[],
  paddings: [number, number][],
  onnx: OnnxEmitter,
): string {
  return paddings.reduce((name, [before, after], axis) => {
    if (before + after === 0) return name;
    const length = shape[axis] ?? 1;
    const positions = Array.from({ length: before + length + after }, (_, target) => {
      const position = target - before;
      if (position < 0) return -position - 1;
      return position < length ? position : 2 * length - position - 1;
    });
    return onnx.node('Gather', [name, onnx.integers(positions)], { axis });
  }, source);
}

function reverse(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const x = inputOf(value, 'x');
  const axes = numbersOf(value, 'dims');
  const all = (each: number) => onnx.integers(axes.map(() => each));
  // Past the first element, counted from the end.
  const end = onnx.integers(axes.map((axis) => -(x.shape[axis] ?? 0) - 1));
  values.definePlain(
    value,
    onnx.node('Slice', [values.readPlain(x), all(-1), end, onnx.integers(axes), all(-1)]),
  );
}
