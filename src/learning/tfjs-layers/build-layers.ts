import type { z } from 'zod';
import { ZooError } from '../../errors.js';
import { LayerError, type LayerKind, type WeightSpec } from '../layers/layer-kind.js';
import { layerKinds } from '../layers/layer-kinds.js';
import type { LayerJson, TopologyJson } from './topology-json.js';

/** A layer whose kind is known and whose configuration passed the kind's allow-list; no shapes or weights yet. */
export interface CheckedLayer {
  name: string;
  kind: LayerKind;
  config: unknown;
  json: LayerJson;
  inbound: string[];
}

/** Shape and expected weights of a layer, for one size of the input. */
export interface ShapedLayer {
  outputShape: number[];
  weights: WeightSpec[];
}

/** @throws ZooError MODEL_LAYER_UNKNOWN, MODEL_LAYER_INVALID */
export function checkLayers(topology: TopologyJson): CheckedLayer[] {
  return topology.layers.map((json) => {
    const kind = layerKinds.get(json.class_name);
    if (kind === undefined) {
      throw new ZooError(
        'MODEL_LAYER_UNKNOWN',
        `Layer ${json.name} is a ${json.class_name}, which the zoo does not know. Accepted: ${[...layerKinds.keys()].join(', ')}.`,
        { layer: json.name, className: json.class_name },
      );
    }
    const config = kind.config.safeParse(json.config);
    if (!config.success) throw invalidConfig(json, config.error);
    const inbound = json.inbound_nodes.flatMap((node) => node.map(([name]) => name));
    if (kind.inputs === 'one' && inbound.length !== 1) {
      throw new ZooError(
        'MODEL_TOPOLOGY_INVALID',
        `Layer ${json.name} (${json.class_name}) takes one input and has ${inbound.length}.`,
        { layer: json.name },
      );
    }
    if (kind.inputs === 'several' && inbound.length < 2) {
      throw new ZooError(
        'MODEL_TOPOLOGY_INVALID',
        `Layer ${json.name} (${json.class_name}) takes two inputs or more and has ${inbound.length}.`,
        { layer: json.name },
      );
    }
    return { name: json.name, kind, config: config.data, json, inbound };
  });
}

/**
 * Shapes and expected weights of every layer for an input of `inputShape`.
 *
 * @throws ShapeProblem when a layer cannot take the shape it would get.
 */
export function shapeLayers(layers: CheckedLayer[], inputShape: number[]): Map<string, ShapedLayer> {
  const shaped = new Map<string, ShapedLayer>();
  for (const layer of layers) {
    if (layer.kind.inputs === 'none') {
      shaped.set(layer.name, { outputShape: inputShape, weights: [] });
      continue;
    }
    const inputs = layer.inbound.map((name) => shaped.get(name)?.outputShape ?? []);
    try {
      shaped.set(layer.name, {
        outputShape: layer.kind.outputShape(layer.config, inputs),
        weights: layer.kind.weights(layer.config, inputs),
      });
    } catch (error) {
      if (error instanceof LayerError) throw new ShapeProblem(layer, inputShape, error.message);
      throw error;
    }
  }
  return shaped;
}

/** A layer that does not fit its place. As an error of the model it is MODEL_TOPOLOGY_INVALID. */
export class ShapeProblem extends ZooError {
  constructor(
    readonly layer: CheckedLayer,
    inputShape: number[],
    reason: string,
  ) {
    super(
      'MODEL_TOPOLOGY_INVALID',
      `Layer ${layer.name} (${layer.kind.className}) ${reason}, for an input of ${JSON.stringify(inputShape)}.`,
      { layer: layer.name, inputShape },
    );
  }
}

function invalidConfig(json: LayerJson, error: z.ZodError): ZooError {
  const problems = error.issues.slice(0, 5).map((issue) => {
    if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: not known for this layer`;
    const key = String(issue.path[0] ?? 'config');
    const value = JSON.stringify(json.config[key])?.slice(0, 100) ?? 'missing';
    return `${key} is ${value}; accepted: ${issue.message}`;
  });
  return new ZooError(
    'MODEL_LAYER_INVALID',
    `Layer ${json.name} (${json.class_name}) has a configuration the zoo does not take. ${problems.join('. ')}.`,
    { layer: json.name, className: json.class_name },
  );
}
