import { axesOf, input, sizeOf, stridesOf, walk, type Kernel64, type Tensor64 } from './tensor64.js';

/** Kernels that fold one or more axes, and those that normalise along one. */
export const reductions: Record<string, Kernel64> = {
  Sum: reduction((values) => values.reduce((sum, value) => sum + value, 0)),
  Mean: reduction((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
  Prod: reduction((values) => values.reduce((product, value) => product * value, 1)),
  Max: reduction((values) => values.reduce((a, b) => Math.max(a, b))),
  Min: reduction((values) => values.reduce((a, b) => Math.min(a, b))),
  Any: reduction((values) => (values.some((value) => value !== 0) ? 1 : 0)),
  All: reduction((values) => (values.every((value) => value !== 0) ? 1 : 0)),
  ArgMax: reduction((values) =>
    values.reduce((best, value, i) => (value > (values[best] ?? NaN) ? i : best), 0),
  ),
  ArgMin: reduction((values) =>
    values.reduce((best, value, i) => (value < (values[best] ?? NaN) ? i : best), 0),
  ),

  Softmax: (call) => {
    const { dim = -1 } = call.attributes as { dim?: number };
    return alongLast(input(call, 'logits'), dim, (row) => {
      const largest = row.reduce((a, b) => Math.max(a, b));
      const powers = row.map((value) => Math.exp(value - largest));
      const sum = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / sum);
    });
  },
  LogSoftmax: (call) => {
    const { axis = -1 } = call.attributes as { axis?: number };
    return alongLast(input(call, 'logits'), axis, (row) => {
      const largest = row.reduce((a, b) => Math.max(a, b));
      const logSum = Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
      return row.map((value) => value - largest - logSum);
    });
  },
  Cumsum: (call) => {
    const { axis, exclusive, reverse } = call.attributes as Record<string, unknown>;
    if (axis !== input(call, 'x').shape.length - 1)
      throw new Error('Cumsum is written for the last axis only');
    return alongLast(input(call, 'x'), -1, (row) => {
      const result = new Float64Array(row.length);
      let sum = 0;
      for (let step = 0; step < row.length; step++) {
        const at = reverse === true ? row.length - 1 - step : step;
        if (exclusive === true) result[at] = sum;
        sum += row[at] ?? NaN;
        if (exclusive !== true) result[at] = sum;
      }
      return result;
    });
  },
};

function reduction(fold: (values: Float64Array) => number): Kernel64 {
  return (call) => {
    const x = input(call, 'x');
    // Max calls its axes differently.
    const { axis, reductionIndices, keepDims } = call.attributes as {
      axis?: number | number[];
      reductionIndices?: number | number[];
      keepDims?: boolean;
    };
    const axes = axesOf(reductionIndices ?? axis, x.shape.length);
    const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const strides = stridesOf(x.shape);
    const order = [...kept, ...axes];
    const rows = walk(
      x.values,
      order.map((i) => x.shape[i] ?? 1),
      order.map((i) => strides[i] ?? 0),
    ).values;
    const length = sizeOf(axes.map((i) => x.shape[i] ?? 1));
    const values = new Float64Array(rows.length / length);
    for (let i = 0; i < values.length; i++) values[i] = fold(rows.subarray(i * length, (i + 1) * length));
    const shape =
      keepDims === true
        ? x.shape.map((n, i) => (axes.includes(i) ? 1 : n))
        : kept.map((i) => x.shape[i] ?? 1);
    return { shape, values };
  };
}

function alongLast(x: Tensor64, axis: number, f: (row: Float64Array) => Float64Array): Tensor64 {
  const length = x.shape.at(-1) ?? 1;
  if (axis !== -1 && axis !== x.shape.length - 1) throw new Error(`axis ${axis} is not the last`);
  const values = new Float64Array(x.values.length);
  for (let at = 0; at < values.length; at += length) values.set(f(x.values.subarray(at, at + length)), at);
  return { shape: x.shape, values };
}
