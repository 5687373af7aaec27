/**
 * The order in which a tensor's axes lie in memory: axis i of what ONNX Runtime holds is axis `layout[i]` of what the
 * program speaks of. tfjs speaks of pictures channels-last, [batch, height, width, channels].
 */
export type Layout = readonly number[];

/** A picture as ONNX' convolutions take it: [batch, channels, height, width]. */
export const channelsFirst: Layout = [0, 3, 1, 2];
/** A kernel [height, width, in, out] as ONNX' `Conv` takes it: [out, in, height, width]. */
export const kernelOutFirst: Layout = [3, 2, 0, 1];
/** The same kernel with its channels exchanged, as the gradient of the input takes it: [in, out, height, width]. */
export const kernelInFirst: Layout = [2, 3, 0, 1];
/** A depthwise kernel [height, width, channels, multiplier] as [channels, multiplier, height, width]. */
export const depthwiseKernelFirst: Layout = [2, 3, 0, 1];

/** The program's own order. */
export function plainLayout(rank: number): Layout {
  return Array.from({ length: rank }, (_, axis) => axis);
}

export function isPlain(layout: Layout): boolean {
  return layout.every((axis, index) => axis === index);
}

export function sameLayout(a: Layout, b: Layout): boolean {
  return a.length === b.length && a.every((axis, index) => axis === b[index]);
}

/** A list with an entry per axis of the program, in memory's order. */
export function arrange<Item>(perAxis: readonly Item[], layout: Layout): Item[] {
  return layout.map((axis) => perAxis[axis] as Item);
}

/** Memory's number of one of the program's axes. */
export function axisIn(layout: Layout, axis: number): number {
  return layout.indexOf(axis);
}

/** For ONNX' `Transpose`: how to come from one order to another. */
export function permutationBetween(from: Layout, to: Layout): number[] {
  return to.map((axis) => from.indexOf(axis));
}

/** Whether two orders hold the same bytes: axes of length 1 may stand anywhere. */
export function sameBytes(shape: readonly number[], a: Layout, b: Layout): boolean {
  const long = (layout: Layout) => layout.filter((axis) => shape[axis] !== 1);
  return sameLayout(long(a), long(b));
}

/** Row-major data in the program's order, copied into another. */
export function arrangeData<Data extends Float32Array | Int32Array | Uint8Array>(
  data: Data,
  shape: readonly number[],
  layout: Layout,
): Data {
  return permute(data, strides(shape), arrange(shape, layout), layout);
}

/** The way back: data in `layout`, copied into the program's order. */
export function restoreData<Data extends Float32Array | Int32Array | Uint8Array>(
  data: Data,
  shape: readonly number[],
  layout: Layout,
): Data {
  const inverse = shape.map((_, axis) => layout.indexOf(axis));
  return permute(data, strides(arrange(shape, layout)), shape, inverse);
}

function strides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function permute<Data extends Float32Array | Int32Array | Uint8Array>(
  source: Data,
  sourceStrides: readonly number[],
  targetShape: readonly number[],
  order: Layout,
): Data {
  const target = source.slice() as Data;
  const steps = arrange(sourceStrides, order);
  const position = new Array<number>(targetShape.length).fill(0);
  let read = 0;
  for (let write = 0; write < target.length; write++) {
    target[write] = source[read] ?? 0;
    for (let axis = targetShape.length - 1; axis >= 0; axis--) {
      const step = steps[axis] ?? 0;
      const next = (position[axis] ?? 0) + 1;
      if (next < (targetShape[axis] ?? 1)) {
        position[axis] = next;
        read += step;
        break;
      }
      position[axis] = 0;
      read -= step * (next - 1);
    }
  }
  return target;
}
