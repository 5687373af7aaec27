import { z } from 'zod';

/** One layer in model.json, Keras 2 form: `inbound_nodes: [[["conv1", 0, 0, {}]]]`. */
export interface LayerJson {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: InboundNode[];
}

/** One call of a layer: the tensors it read, as [layer, call, tensor, arguments]. */
export type InboundNode = [layer: string, call: number, tensor: number, arguments?: object][];

/** A network in model.json after normalisation: flat, Keras 2 form, one input and one output. */
export interface TopologyJson {
  name: string;
  className: 'Functional' | 'Sequential';
  layers: LayerJson[];
  /** Names of the layer that is the input and of the one whose output is the network's. */
  input: string;
  output: string;
}

const record = z.record(z.string(), z.unknown());

/** The outer form of model.json; everything inside is checked by its own rules. */
export const modelJson = z.object({
  format: z.string().nullish(),
  modelTopology: record,
  weightsManifest: z.array(record).max(10_000),
  userDefinedMetadata: record.nullish(),
});

/** The outer form of a network, at the top or nested. */
export const networkJson = z.object({
  class_name: z.string(),
  config: z.union([record, z.array(z.unknown())]),
});

export const layerJson = z.object({
  name: z.string().optional(),
  class_name: z.string(),
  config: record,
  inbound_nodes: z.array(z.unknown()).optional(),
});

export { record };
