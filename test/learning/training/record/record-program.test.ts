import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import type { RecordedValue } from '../../../../src/learning/training/record/recorded-graph.js';
import type { TensorProgram } from '../../../../src/learning/training/tensor-program.js';

beforeEach(() => tf.setBackend('cpu'));
afterEach(() => expect(tf.getBackend()).toBe('cpu'));

const program = (run: TensorProgram['run'], inputs: TensorProgram['inputs'] = {}): TensorProgram => ({
  name: 'test',
  inputs: { x: { shape: [2, 3], dtype: 'float32' }, ...inputs },
  run,
});
const recordOf = (build: (x: tf.Tensor) => tf.Tensor, shape = [2, 3]): RecordedValue => {
  const inputs = { x: { shape, dtype: 'float32' as const } };
  const { outputs } = recordProgram(program((_tf, { x }) => ({ y: build(x as tf.Tensor) }), inputs));
  return outputs['y'] as RecordedValue;
};

describe('recording a program', () => {
  it('writes down kernels with their tensors, attributes and shapes, in order', () => {
    const { inputs, outputs } = recordProgram(
      program((t, { x }) => ({ y: t.sum(t.relu(x as tf.Tensor), 1, true) })),
    );
    const sum = outputs['y'];
    const relu = sum?.inputs['x'];
    expect(sum).toMatchObject({ op: 'Sum', shape: [2, 1], dtype: 'float32', attributes: { keepDims: true } });
    expect(relu).toMatchObject({ op: 'Relu', shape: [2, 3] });
    expect(relu?.inputs['x']).toBe(inputs['x']);
    expect(inputs['x']).toMatchObject({ op: 'Input', name: 'x', shape: [2, 3] });
    expect([inputs['x']?.id, relu?.id, sum?.id]).toEqual([0, 1, 2]);
  });

  it("writes down tfjs' own gradients", () => {
    const gradient = recordOf((x) => tf.grad((z) => tf.sum(tf.square(z)))(x));
    const ops = new Set<string>();
    const visit = (value: RecordedValue) => {
      ops.add(value.op);
      Object.values(value.inputs).forEach(visit);
    };
    visit(gradient);
    expect(gradient.shape).toEqual([2, 3]);
    expect(ops).toContain('Multiply');
    expect(ops).not.toContain('Identity');
  });

  it('keeps the numbers of constants, and says where all are the same', () => {
    const sum = recordOf((x) => tf.add(x, tf.tensor1d([1, 2, 3])));
    expect(sum.inputs['b']).toMatchObject({ op: 'Constant', data: Float32Array.of(1, 2, 3), attributes: {} });
    const filled = recordOf((x) => tf.add(x, tf.fill([3], 0.5)));
    expect(filled.inputs['b']).toMatchObject({
      op: 'Constant',
      data: Float32Array.of(0.5, 0.5, 0.5),
      attributes: { uniform: 0.5 },
    });
    const scalar = recordOf((x) => tf.mul(x, 2));
    expect(scalar.inputs['b']).toMatchObject({ op: 'Constant', shape: [], data: Float32Array.of(2) });
  });

  it('takes a tensor made before the recording as a constant', () => {
    const outside = tf.tensor2d([[1, 2, 3]]);
    expect(recordOf((x) => tf.add(x, outside)).inputs['b']).toMatchObject({
      op: 'Constant',
      shape: [1, 3],
      data: Float32Array.of(1, 2, 3),
    });
    const flat = tf.reshape(outside, [3]);
    expect(recordOf((x) => tf.add(x, flat)).inputs['b']?.shape).toEqual([3]);
    flat.dispose();
    expect(outside.dataSync()).toEqual(Float32Array.of(1, 2, 3));
    outside.dispose();
  });

  it('leaves out conversions that change nothing', () => {
    expect(recordOf((x) => tf.cast(tf.reshape(tf.clone(x), [2, 3]), 'float32')).op).toBe('Input');
  });

  it('names all outputs of a kernel that has several', () => {
    const second = recordOf((x) => tf.split(x, [1, 2], 1)[1] as tf.Tensor);
    expect(second).toMatchObject({ op: 'SplitV', output: 1, shape: [2, 2] });
    expect(second.siblings?.map((sibling) => sibling.shape)).toEqual([
      [2, 1],
      [2, 2],
    ]);
    expect(second.siblings?.[1]).toBe(second);
  });

  it.each<[string, number[], (x: tf.Tensor) => tf.Tensor]>([
    ['Conv2D', [2, 9, 10, 3], (x) => tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 3, 5]), 2, 'same')],
    [
      'DepthwiseConv2dNative',
      [2, 9, 10, 3],
      (x) => tf.depthwiseConv2d(x as tf.Tensor4D, tf.ones([3, 3, 3, 2]), 1, 'valid'),
    ],
    [
      'Conv2DBackpropInput',
      [2, 4, 5, 3],
      (x) => tf.conv2dTranspose(x as tf.Tensor4D, tf.ones([3, 3, 2, 3]), [2, 8, 10, 2], 2, 'same'),
    ],
    ['MaxPool', [2, 9, 10, 3], (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same')],
    ['AvgPool', [2, 9, 10, 3], (x) => tf.avgPool(x as tf.Tensor4D, 2, 3, 'valid')],
    ['BatchMatMul', [4, 2], (x) => tf.matMul(x, tf.ones([3, 4]), true, true)],
    ['Concat', [2, 3], (x) => tf.concat([x, tf.ones([2, 4])], -1)],
    ['Transpose', [2, 3, 4], (x) => tf.transpose(x, [2, 0, 1])],
    ['Slice', [4, 5], (x) => tf.slice(x, 1, 2)],
    ['Slice', [4, 5], (x) => tf.slice(x, [1, 2], [2, -1])],
    [
      'PadV2',
      [4, 5],
      (x) =>
        tf.pad(x, [
          [1, 0],
          [2, 3],
        ]),
    ],
    ['Tile', [4, 5], (x) => tf.tile(x, [2, 1])],
    ['Pack', [4, 5], (x) => tf.stack([x, x, x], 1)],
    ['GatherV2', [4, 5], (x) => tf.gather(x, tf.tensor1d([0, 2], 'int32'), 1)],
    ['Max', [4, 5], (x) => tf.max(x, -1)],
    ['Mean', [4, 5, 6], (x) => tf.mean(x, [0, 2])],
    ['ArgMax', [4, 5], (x) => tf.argMax(x, 1)],
    ['ExpandDims', [4, 5], (x) => tf.expandDims(x, -1)],
    ['ResizeNearestNeighbor', [2, 3, 4, 5], (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [6, 12])],
    ['Less', [4, 1], (x) => tf.less(x, tf.ones([1, 3]))],
  ])('gives %s the shape and type that tfjs computes', (op, shape, build) => {
    const computed = build(tf.ones(shape));
    const recorded = recordOf(build, shape);
    expect(recorded.op).toBe(op);
    expect(recorded.shape).toEqual(computed.shape);
    expect(recorded.dtype).toBe(computed.dtype);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    recordOf((x) => tf.grad((z) => tf.sum(tf.relu(z)))(x));
    expect(tf.memory().numTensors).toBe(before);
    expect(() => recordOf((x) => tf.topk(x).values)).toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a kernel without a rule, by its name', () => {
    expect(() => recordOf((x) => tf.topk(x).values)).toThrow(
      expect.objectContaining({
        code: 'TRAINING_LAYER_UNSUPPORTED',
        message: expect.stringContaining('TopK') as string,
        details: { program: 'test', kernel: 'TopK' },
      }) as Error,
    );
  });

  it('refuses a program that reads a value', () => {
    expect(() => recordOf((x) => tf.scalar(x.dataSync()[0] ?? 0))).toThrow(/test reads a tensor's value/);
    expect(() =>
      recordOf((x) => {
        void x.data();
        return x;
      }),
    ).toThrow(/test reads a tensor's value/);
  });
});
