import type { z } from 'zod';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import type { Tf } from '../training/tensor-program.js';

/**
 * What the zoo knows of one kind of layer, said once: which configurations it accepts, the shapes it gives, the weights
 * it holds and how it runs. The strict loader, the manifest and the lowering to ONNX are all made of this.
 *
 * Shapes leave the batch out and are concrete: a picture is [height, width, channels], a vector [features].
 */
export interface LayerKind<Config = unknown> {
  /** The Keras class. */
  className: string;
  /** Tensors a layer of this kind takes. */
  inputs: 'none' | 'one' | 'several';
  /** Allow-list of the configuration: a key or value it does not name is refused. */
  config: z.ZodType<Config>;
  /** What the layer does to the architecture; block boundaries follow from it. */
  role: LayerRole;
  /** @throws LayerError when inputs of these shapes do not fit. */
  outputShape(config: Config, inputs: number[][]): number[];
  /** The weights it must have, in the order plain tfjs holds them. */
  weights(config: Config, inputs: number[][]): WeightSpec[];
  /** Adds the layer to an ONNX graph, in inference mode. */
  lower(layer: LoweredLayer<Config>, graph: GraphBuilder): Value;
  /** The layer in tfjs' operations, for training. */
  forward(layer: ForwardLayer<Config>, tf: Tf): Tensor;
}

/** A layer in a training program. Tensors are float32, channels last, with the batch as the first axis. */
export interface ForwardLayer<Config> {
  name: string;
  config: Config;
  inputs: Tensor[];
  /** Without the batch. */
  outputShape: number[];
  /** As Keras lays it out. @throws if the layer has no such weight. */
  weight(name: string): Tensor;
  mode: ForwardMode;
}

/** What differs between training and use. */
export interface ForwardMode {
  /**
   * Batch normalisation: stored statistics, or the batch's own. With the batch's, the layer hands mean and variance
   * [channels] to `observe`, and the stored ones follow.
   */
  batchNormalization: 'stored' | 'batch';
  observe(layer: string, mean: Tensor, variance: Tensor): void;
  /** The mask that dropout multiplies by, already scaled by 1 / (1 − rate); undefined outside training. */
  dropoutMask(layer: string, shape: number[], rate: number): Tensor | undefined;
}

export type LayerRole =
  'input' | 'transform' | 'activation' | 'merge' | 'pooling' | 'padding' | 'reshape' | 'none';

/** Name within the layer, for example `kernel`, and shape as Keras lays it out. */
export interface WeightSpec {
  name: string;
  shape: number[];
}

/** A layer with everything its lowering needs. */
export interface LoweredLayer<Config> {
  name: string;
  config: Config;
  inputs: Value[];
  outputShape: number[];
  /** float32, as Keras lays it out. @throws if the layer has no such weight. */
  weight(name: string): Float32Array;
}

/** A layer that cannot be where it is; the loader adds the layer's name. */
export class LayerError extends Error {
  override readonly name = 'LayerError';
}

/** Gives a kind its configuration's type and hides it again, so that kinds of all layers fit one table. */
export function defineLayer<Config>(
  kind: Omit<LayerKind<Config>, 'weights'> & Partial<Pick<LayerKind<Config>, 'weights'>>,
): LayerKind {
  return { weights: () => [], ...kind } as LayerKind<Config> as LayerKind;
}

/** The single input of a layer that takes one. */
export function only<T>(inputs: T[]): T {
  const [first] = inputs;
  if (inputs.length !== 1 || first === undefined) {
    throw new LayerError(`takes one input and has ${inputs.length}`);
  }
  return first;
}

/** The single input of a layer that takes pictures: [batch, height, width, channels]. */
export function pictures(inputs: Tensor[]): Tensor4D {
  const input = only(inputs);
  pictureShape([input.shape.slice(1)]);
  return input as Tensor4D;
}

/** A picture's shape. @throws LayerError when the input is not one. */
export function pictureShape(inputs: number[][]): [height: number, width: number, channels: number] {
  const shape = only(inputs);
  const [height, width, channels] = shape;
  if (shape.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    throw new LayerError(
      `needs an input of shape [height, width, channels] and gets ${JSON.stringify(shape)}`,
    );
  }
  return [height, width, channels];
}
