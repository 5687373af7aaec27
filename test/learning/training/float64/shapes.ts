import {
  axesOf,
  broadcastTo,
  input,
  inputList,
  sizeOf,
  stridesOf,
  walk,
  zeros,
  type Kernel64,
  type Tensor64,
} from './tensor64.js';

/** Kernels that move values and compute none. */
export const shapes: Record<string, Kernel64> = {
  Reshape: (call) => {
    const x = input(call, 'x');
    const { shape } = call.attributes as { shape: number[] };
    const known = sizeOf(shape.filter((extent) => extent >= 0));
    return {
      shape: shape.map((extent) => (extent < 0 ? x.values.length / known : extent)),
      values: x.values,
    };
  },
  ExpandDims: (call) => {
    const x = input(call, 'input');
    const { dim } = call.attributes as { dim: number };
    const at = dim < 0 ? dim + x.shape.length + 1 : dim;
    return { shape: [...x.shape.slice(0, at), 1, ...x.shape.slice(at)], values: x.values };
  },
  Transpose: (call) => {
    const x = input(call, 'x');
    const { perm } = call.attributes as { perm: number[] };
    const strides = stridesOf(x.shape);
    return walk(
      x.values,
      perm.map((axis) => x.shape[axis] ?? NaN),
      perm.map((axis) => strides[axis] ?? NaN),
    );
  },
  BroadcastTo: (call) => broadcastTo(input(call, 'x'), (call.attributes as { shape: number[] }).shape),
  Tile: (call) => {
    const { reps } = call.attributes as { reps: number[] };
    return reps.reduce(
      (tensor, count, axis) => (count === 1 ? tensor : concat(Array<Tensor64>(count).fill(tensor), axis)),
      input(call, 'x'),
    );
  },
  Concat: (call) => {
    const { axis } = call.attributes as { axis: number };
    const tensors = inputList(call);
    const [only = 0] = axesOf(axis, tensors[0]?.shape.length ?? 0);
    return concat(
      tensors.filter((tensor) => tensor.values.length > 0),
      only,
    );
  },
  Pack: (call) => {
    const { axis } = call.attributes as { axis: number };
    const tensors = inputList(call);
    const [only = 0] = axesOf(axis, (tensors[0]?.shape.length ?? 0) + 1);
    return concat(
      tensors.map(({ shape, values }) => ({
        shape: [...shape.slice(0, only), 1, ...shape.slice(only)],
        values,
      })),
      only,
    );
  },
  Unpack: (call) => {
    const x = input(call, 'value');
    const [axis = 0] = axesOf((call.attributes as { axis: number }).axis, x.shape.length);
    return Array.from({ length: x.shape[axis] ?? 0 }, (_, i) => ({
      shape: x.shape.filter((_extent, other) => other !== axis),
      values: part(x, axis, i, 1).values,
    }));
  },
  SplitV: (call) => {
    const x = input(call, 'x');
    const { numOrSizeSplits, axis } = call.attributes as { numOrSizeSplits: number | number[]; axis: number };
    const [only = 0] = axesOf(axis, x.shape.length);
    const extent = x.shape[only] ?? 0;
    const given = Array.isArray(numOrSizeSplits)
      ? numOrSizeSplits
      : Array<number>(numOrSizeSplits).fill(extent / numOrSizeSplits);
    const known = given.reduce((sum, n) => sum + Math.max(n, 0), 0);
    let start = 0;
    return given.map((n) => {
      const size = n < 0 ? extent - known : n;
      start += size;
      return part(x, only, start - size, size);
    });
  },
  Slice: (call) => {
    const x = input(call, 'x');
    const { begin, size } = call.attributes as { begin: number[]; size: number[] };
    const strides = stridesOf(x.shape);
    const start = strides.reduce((sum, stride, axis) => sum + stride * (begin[axis] ?? 0), 0);
    const shape = x.shape.map((extent, axis) => {
      const wanted = size[axis] ?? -1;
      return wanted < 0 ? extent - (begin[axis] ?? 0) : wanted;
    });
    return walk(x.values, shape, strides, start);
  },
  Reverse: (call) => {
    const x = input(call, 'x');
    const axes = axesOf((call.attributes as { dims: number[] }).dims, x.shape.length);
    const strides = stridesOf(x.shape);
    const start = axes.reduce((sum, axis) => sum + (strides[axis] ?? 0) * ((x.shape[axis] ?? 1) - 1), 0);
    return walk(
      x.values,
      x.shape,
      strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
      start,
    );
  },
  PadV2: (call) => {
    const { paddings, constantValue = 0 } = call.attributes as {
      paddings: [number, number][];
      constantValue?: number;
    };
    return pad(
      input(call, 'x'),
      paddings,
      (at, extent) => (at >= 0 && at < extent ? at : undefined),
      constantValue,
    );
  },
  MirrorPad: (call) => {
    const { paddings, mode } = call.attributes as {
      paddings: [number, number][];
      mode: 'reflect' | 'symmetric';
    };
    const edge = mode === 'reflect' ? 0 : 1;
    return pad(input(call, 'x'), paddings, (at, extent) => {
      if (at < 0) return -at - edge;
      return at < extent ? at : 2 * (extent - 1) - at + edge;
    });
  },
  GatherV2: (call) => {
    const x = input(call, 'x');
    const indices = input(call, 'indices');
    const { axis, batchDims = 0 } = call.attributes as { axis: number; batchDims?: number };
    if (batchDims !== 0) throw new Error('GatherV2 is written without batch dimensions');
    const [only = 0] = axesOf(axis, x.shape.length);
    const picked = concat(
      Array.from(indices.values, (index) => part(x, only, index, 1)),
      only,
    );
    return {
      shape: [...x.shape.slice(0, only), ...indices.shape, ...x.shape.slice(only + 1)],
      values: picked.values,
    };
  },
  OneHot: (call) => {
    const indices = input(call, 'indices');
    const { depth, onValue, offValue } = call.attributes as {
      depth: number;
      onValue: number;
      offValue: number;
    };
    const values = new Float64Array(indices.values.length * depth).fill(offValue);
    indices.values.forEach((index, row) => {
      if (index >= 0 && index < depth) values[row * depth + index] = onValue;
    });
    return { shape: [...indices.shape, depth], values };
  },
  /** Row i of x is added to row segmentIds[i] of the result. */
  UnsortedSegmentSum: (call) => {
    const x = input(call, 'x');
    const ids = input(call, 'segmentIds');
    const { numSegments } = call.attributes as { numSegments: number };
    const result = zeros([numSegments, ...x.shape.slice(1)]);
    const length = sizeOf(x.shape.slice(1));
    x.values.forEach((value, i) => {
      const segment = ids.values[Math.floor(i / length)] ?? -1;
      const to = segment * length + (i % length);
      if (segment >= 0) result.values[to] = (result.values[to] ?? NaN) + value;
    });
    return result;
  },
};

function concat(tensors: Tensor64[], axis: number): Tensor64 {
  const [first] = tensors;
  if (first === undefined) throw new Error('nothing to concatenate');
  const outer = sizeOf(first.shape.slice(0, axis));
  const lengths = tensors.map(({ values }) => values.length / outer);
  const shape = first.shape.map((extent, i) =>
    i === axis ? tensors.reduce((sum, tensor) => sum + (tensor.shape[axis] ?? NaN), 0) : extent,
  );
  const result = zeros(shape);
  let at = 0;
  for (let row = 0; row < outer; row++) {
    tensors.forEach(({ values }, i) => {
      const length = lengths[i] ?? NaN;
      result.values.set(values.subarray(row * length, (row + 1) * length), at);
      at += length;
    });
  }
  return result;
}

function part(x: Tensor64, axis: number, start: number, size: number): Tensor64 {
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((extent, i) => (i === axis ? size : extent));
  return walk(x.values, shape, strides, start * (strides[axis] ?? NaN));
}

/** `source` says which index of the tensor is seen at an index that may lie outside of it. */
function pad(
  x: Tensor64,
  paddings: [number, number][],
  source: (at: number, extent: number) => number | undefined,
  fill = 0,
): Tensor64 {
  return x.shape.reduce((tensor, extent, axis) => {
    const [before, after] = paddings[axis] ?? [0, 0];
    if (before === 0 && after === 0) return tensor;
    const slice = (i: number): Tensor64 => {
      const at = source(i - before, extent);
      const copy = part(tensor, axis, at ?? 0, 1);
      return at === undefined ? { shape: copy.shape, values: copy.values.fill(fill) } : copy;
    };
    return concat(
      Array.from({ length: extent + before + after }, (_, i) => slice(i)),
      axis,
    );
  }, x);
}
