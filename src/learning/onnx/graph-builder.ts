import type { Attribute, OnnxNode, OnnxTensor } from './onnx-model.js';

/**
 * A tensor of the graph under construction. `shape` is the Keras shape without the batch. A picture (three axes) lies
 * channels-first in the graph, the layout ONNX Runtime is fast in; everything else lies as in Keras.
 */
export interface Value {
  name: string;
  shape: number[];
  /** Zeros still to be put around it: [top, left, bottom, right]. A convolution takes them as its own padding. */
  pendingPads?: Pads;
  /** More than one reader, or an output of the graph: it must stay as it is. */
  shared?: boolean;
}

export type Pads = [top: number, left: number, bottom: number, right: number];

export interface Convolution {
  /** float32 [out, in / group, height, width]. Taken over: it may be rescaled. */
  kernel: Float32Array;
  kernelShape: number[];
  bias: Float32Array | undefined;
  strides: [number, number];
  dilations: [number, number];
  group: number;
  pads: Pads;
}

/** Collects nodes and constants; knows the layouts; folds padding and scaling into the convolution beside them. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly tensors: OnnxTensor[] = [];
  private readonly convolutions = new Map<string, { kernel: Float32Array; bias: Float32Array }>();
  private nextName = 0;

  /** Adds a node with one output and gives that output's name. */
  node(op: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
    const output = `t${this.nextName++}`;
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  value(name: string, shape: number[]): Value {
    return { name, shape };
  }

  /** A constant, as the graph lays it out. */
  weights(data: Float32Array, shape: number[]): string {
    const name = `w${this.nextName++}`;
    this.tensors.push({ name, shape, data });
    return name;
  }

  integers(list: number[]): string {
    const name = `i${this.nextName++}`;
    this.tensors.push({ name, shape: [list.length], data: BigInt64Array.from(list, BigInt) });
    return name;
  }

  scalar(value: number): string {
    return this.weights(Float32Array.of(value), []);
  }

  /** A constant of a Keras shape without batch, laid out to broadcast against a value of as many axes. */
  constant(data: Float32Array, shape: number[]): string {
    const [height, width, channels] = shape;
    if (shape.length !== 3 || height === undefined || width === undefined || channels === undefined) {
      return this.weights(data, shape);
    }
    const turned = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      turned[(i % channels) * height * width + Math.floor(i / channels)] = data[i] ?? 0;
    }
    return this.weights(turned, [channels, height, width]);
  }

  /** The value with pending padding carried out. */
  settled(x: Value): Value {
    if (x.pendingPads === undefined) return x;
    const [top, left, bottom, right] = x.pendingPads;
    const padded = this.node('Pad', [x.name, this.integers([0, 0, top, left, 0, 0, bottom, right])]);
    return this.value(padded, x.shape);
  }

  /** A picture, channels first, ready to be read. */
  image(x: Value): Value {
    return this.settled(x);
  }

  /** The value in Keras' layout: pictures channels-last. */
  plain(x: Value): Value {
    const ready = this.settled(x);
    if (x.shape.length !== 3) return ready;
    return this.value(this.node('Transpose', [ready.name], { perm: [0, 2, 3, 1] }), x.shape);
  }

  /** A result in Keras' layout, turned to the graph's. */
  fromPlain(name: string, shape: number[]): Value {
    return this.value(
      shape.length === 3 ? this.node('Transpose', [name], { perm: [0, 3, 1, 2] }) : name,
      shape,
    );
  }

  /** The same values, row-major in Keras' layout, in another shape. */
  reshape(x: Value, shape: number[]): Value {
    const [height, width] = x.shape;
    // A single pixel has the same order in both layouts.
    const source = x.shape.length === 3 && height === 1 && width === 1 ? this.settled(x) : this.plain(x);
    return this.fromPlain(this.node('Reshape', [source.name, this.integers([0, ...shape])]), shape);
  }

  /** An op that keeps the shape. Further inputs are names of constants. */
  elementwise(
    op: string,
    x: Value,
    attributes: Record<string, Attribute> = {},
    constants: string[] = [],
  ): Value {
    return this.value(this.node(op, [this.settled(x).name, ...constants], attributes), x.shape);
  }

  /** Two tensors element by element; a vector stretches over a picture. */
  binary(op: string, a: Value, b: Value): Value {
    const rank = Math.max(a.shape.length, b.shape.length);
    const [first, second] = [a, b].map((side) => {
      const ready = this.settled(side);
      return side.shape.length === 1 && rank === 3
        ? this.node('Unsqueeze', [ready.name, this.integers([2, 3])])
        : ready.name;
    }) as [string, string];
    const [longer, shorter] = a.shape.length >= b.shape.length ? [a.shape, b.shape] : [b.shape, a.shape];
    const offset = longer.length - shorter.length;
    const shape = longer.map((length, index) => Math.max(length, shorter[index - offset] ?? 1));
    return this.value(this.node(op, [first, second]), shape);
  }

  /** The graph's number for a Keras axis, which counts the batch as 0. */
  axisOf(x: Value, axis: number): number {
    const positive = axis < 0 ? x.shape.length + 1 + axis : axis;
    return x.shape.length === 3 ? ([0, 2, 3, 1][positive] ?? positive) : positive;
  }

  /** Zeros around a picture, kept back for the convolution that may follow. */
  zeroPadding(x: Value, pads: Pads): Value {
    const ready = this.settled(x);
    const [height = 0, width = 0, channels = 0] = x.shape;
    const shape = [height + pads[0] + pads[2], width + pads[1] + pads[3], channels];
    return { name: ready.name, shape, pendingPads: pads };
  }

  convolution(x: Value, shape: number[], convolution: Convolution): Value {
    const pending = x.pendingPads ?? [0, 0, 0, 0];
    const bias = convolution.bias ?? new Float32Array(convolution.kernelShape[0] ?? 0);
    const output = this.node(
      'Conv',
      [x.name, this.weights(convolution.kernel, convolution.kernelShape), this.weights(bias, [bias.length])],
      {
        kernel_shape: convolution.kernelShape.slice(2),
        strides: convolution.strides,
        dilations: convolution.dilations,
        group: convolution.group,
        pads: convolution.pads.map((pad, side) => pad + (pending[side] ?? 0)),
      },
    );
    this.convolutions.set(output, { kernel: convolution.kernel, bias });
    return this.value(output, shape);
  }

  /** x · scale + shift per channel. Right behind a convolution that nothing else reads, it becomes part of it. */
  scaleAndShift(x: Value, scale: Float32Array, shift: Float32Array): Value {
    const convolution = this.convolutions.get(x.name);
    if (convolution !== undefined && x.shared !== true && x.pendingPads === undefined) {
      const { kernel, bias } = convolution;
      const perChannel = kernel.length / bias.length;
      scale.forEach((factor, channel) => {
        bias[channel] = (bias[channel] ?? 0) * factor + (shift[channel] ?? 0);
        const start = channel * perChannel;
        for (let i = start; i < start + perChannel; i++) kernel[i] = (kernel[i] ?? 0) * factor;
      });
      return this.value(x.name, x.shape);
    }
    const shape = x.shape.length === 3 ? [scale.length, 1, 1] : [scale.length];
    const scaled = this.elementwise('Mul', x, {}, [this.weights(scale, shape)]);
    return this.elementwise('Add', scaled, {}, [this.weights(shift, shape)]);
  }
}
