import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import { like, sameRule, type KernelCall, type KernelRules, type OutputSpec } from './kernel-rule.js';
import type { RecordedValue } from './recorded-graph.js';

/** Kernels that move elements, repeat them or leave some out. */
export const shapeRules: KernelRules = {
  Reshape(call) {
    const { shape, dtype } = call.input('x');
    const wanted = call.attribute<number[]>('shape');
    return { shape: util.inferFromImplicitShape(wanted, util.sizeFromShape(shape)), dtype };
  },
  ExpandDims(call) {
    const { shape, dtype } = call.input('input');
    const dim = call.attribute<number>('dim');
    return { shape: shape.toSpliced(dim < 0 ? shape.length + 1 + dim : dim, 0, 1), dtype };
  },
  Transpose(call) {
    const { shape, dtype } = call.input('x');
    return { shape: call.attribute<number[]>('perm').map((axis) => shape[axis] ?? 1), dtype };
  },
  Tile(call) {
    const { shape, dtype } = call.input('x');
    const reps = call.attribute<number[]>('reps');
    return { shape: shape.map((length, axis) => length * (reps[axis] ?? 1)), dtype };
  },
  BroadcastTo: (call) => ({ shape: call.attribute<number[]>('shape'), dtype: call.input('x').dtype }),
  Concat(call) {
    const parts = call.list();
    const [{ shape, dtype }] = parts;
    const [axis = 0] = util.parseAxisParam(call.attribute<number>('axis'), shape);
    return {
      shape: shape.with(
        axis,
        parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0),
      ),
      dtype,
    };
  },
  Pack(call) {
    const parts = call.list();
    const [{ shape, dtype }] = parts;
    return { shape: shape.toSpliced(call.attribute<number>('axis'), 0, parts.length), dtype };
  },
  Unpack(call): OutputSpec[] {
    const { shape, dtype } = call.input('value');
    const [axis = 0] = util.parseAxisParam(call.attribute<number>('axis'), shape);
    return Array.from({ length: shape[axis] ?? 0 }, () => ({ shape: shape.toSpliced(axis, 1), dtype }));
  },
  SplitV(call): OutputSpec[] {
    const { shape, dtype } = call.input('x');
    const [axis = 0] = util.parseAxisParam(call.attribute<number>('axis'), shape);
    return splitLengths(call, shape[axis] ?? 0).map((length) => ({ shape: shape.with(axis, length), dtype }));
  },
  Slice(call) {
    const { shape, dtype } = call.input('x');
    const [begin = [], size = []] = slice_util.parseSliceParams(
      call.input('x') as never,
      call.attribute<number | number[]>('begin'),
      call.attribute<number | number[]>('size'),
    );
    // A program may name the first axes only, or one number for the first.
    Object.assign(call.attributes, { begin, size });
    return { shape: shape.map((_length, axis) => size[axis] ?? 0), dtype };
  },
  ...sameRule(['MirrorPad', 'PadV2'], (call) => {
    const { shape, dtype } = call.input('x');
    const paddings = call.attribute<[number, number][]>('paddings');
    return {
      shape: shape.map((length, axis) => {
        const [before, after] = paddings[axis] ?? [0, 0];
        return before + length + after;
      }),
      dtype,
    };
  }),
  Reverse: like('x'),
  GatherV2(call) {
    const { shape, dtype } = call.input('x');
    const [axis = 0] = util.parseAxisParam(call.attribute<number>('axis'), shape);
    const batchDims = call.attribute<number | undefined>('batchDims') ?? 0;
    return { shape: shape.toSpliced(axis, 1, ...call.input('indices').shape.slice(batchDims)), dtype };
  },
  OneHot: (call) => ({
    shape: [...call.input('indices').shape, call.attribute<number>('depth')],
    dtype: call.attribute<RecordedValue['dtype'] | undefined>('dtype') ?? 'int32',
  }),
  ...sameRule(['ResizeBilinear', 'ResizeNearestNeighbor'], (call) => {
    const [batch = 1, , , channels = 1] = call.input('images').shape;
    return { shape: [batch, ...call.attribute<[number, number]>('size'), channels], dtype: 'float32' };
  }),
  ...sameRule(['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'], like('images')),
};

function splitLengths(call: KernelCall, length: number): number[] {
  const wanted = call.attribute<number | number[]>('numOrSizeSplits');
  // tfjs fills in a length of -1; it looks at the split axis of the shape only.
  return backend_util.prepareSplitSize({ shape: [length] } as never, wanted, 0);
}
