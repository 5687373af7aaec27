/** A tensor in double precision, row-major. Booleans are 0 and 1. */
export interface Tensor64 {
  shape: number[];
  values: Float64Array;
}

/** One operation to compute: what tfjs hands to a kernel of that name. */
export interface KernelCall {
  inputs: Record<string, Tensor64>;
  attributes: Record<string, unknown>;
}

/** Computes one of tfjs' kernels; several outputs come as a list. It works out the shapes itself, so that the record's can be checked. */
export type Kernel64 = (call: KernelCall) => Tensor64 | Tensor64[];

export const sizeOf = (shape: number[]): number => shape.reduce((product, extent) => product * extent, 1);

export const zeros = (shape: number[]): Tensor64 => ({ shape, values: new Float64Array(sizeOf(shape)) });

/** The input of that name. */
export function input(call: KernelCall, name: string): Tensor64 {
  const tensor = call.inputs[name];
  if (tensor === undefined) throw new Error(`a kernel was called without its input ${name}`);
  return tensor;
}

/** Inputs of a kernel that takes a list. */
export function inputList(call: KernelCall): Tensor64[] {
  return Object.keys(call.inputs)
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => input(call, name));
}

/** How far apart neighbours along each axis lie. */
export function stridesOf(shape: number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Axes as tfjs takes them: one, several, counted from the end, or all when left out. */
export function axesOf(axis: number | number[] | null | undefined, rank: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  return (Array.isArray(axis) ? axis : [axis]).map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
}

/** A shape of exactly four axes. */
export function four(shape: number[]): [number, number, number, number] {
  const [a, b, c, d] = shape;
  if (shape.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) {
    throw new Error(`four axes were expected, not [${shape.join(', ')}]`);
  }
  return [a, b, c, d];
}

/**
 * Copies by a walk over `shape` in row-major order: the value at index (i, j, …) is read at
 * `start + i·strides[0] + j·strides[1] + …`. Transposing, slicing, broadcasting and reversing are all such walks.
 */
export function walk(source: Float64Array, shape: number[], strides: number[], start = 0): Tensor64 {
  const result = zeros(shape);
  const { values } = result;
  const rank = shape.length;
  const inner = shape[rank - 1] ?? 1;
  const innerStride = strides[rank - 1] ?? 0;
  const index = new Array<number>(rank).fill(0);
  let at = start;
  for (let to = 0; to < values.length;) {
    for (let i = 0, from = at; i < inner; i++, from += innerStride) values[to++] = source[from] ?? NaN;
    for (let axis = rank - 2; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      at += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      at -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return result;
}

/** The shape that numpy's rules give two tensors together. */
export function broadcastShape(a: number[], b: number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new Error(`[${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

/** The tensor repeated along axes of extent 1 until it has that shape. */
export function broadcastTo(tensor: Tensor64, shape: number[]): Tensor64 {
  if (tensor.shape.length === shape.length && tensor.shape.every((extent, i) => extent === shape[i]))
    return tensor;
  const missing = shape.length - tensor.shape.length;
  const own = stridesOf(tensor.shape);
  const strides = shape.map((_, i) => ((tensor.shape[i - missing] ?? 1) === 1 ? 0 : (own[i - missing] ?? 0)));
  return walk(tensor.values, shape, strides);
}
