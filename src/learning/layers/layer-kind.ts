import type { z } from 'zod';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';

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
