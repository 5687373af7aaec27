/** One layer of a Keras model configuration, as tfjs-layers reads it. */
export interface LayerConfiguration {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: [layer: string, node: number, tensor: number, keywords: Record<string, unknown>][][];
}

/** The `modelTopology` of a functional model. */
export interface LayersTopology {
  keras_version: string;
  backend: string;
  model_config: {
    class_name: string;
    config: {
      name: string;
      layers: LayerConfiguration[];
      input_layers: [string, number, number][];
      output_layers: [string, number, number][];
    };
  };
}

/** A weight under its tfjs name, `layer/kernel`, row-major. */
export interface NamedWeight {
  name: string;
  shape: number[];
  data: Float32Array;
}

/**
 * The part of a functional model from its input up to and including `lastLayer`. Layers that do not lead there are
 * dropped, and every layer is marked trainable: what to freeze is for whoever adapts it to say.
 */
export function cutTopology(topology: LayersTopology, lastLayer: string, name: string): LayersTopology {
  const { config } = topology.model_config;
  const byName = new Map(config.layers.map((layer) => [layer.name, layer]));
  const needed = new Set<string>();
  const pending = [lastLayer];
  for (let layer = pending.pop(); layer !== undefined; layer = pending.pop()) {
    if (needed.has(layer)) continue;
    needed.add(layer);
    for (const node of byName.get(layer)?.inbound_nodes ?? [])
      pending.push(...node.map(([source]) => source));
  }
  const layers = config.layers
    .filter((layer) => needed.has(layer.name))
    .map((layer) => (isInput(layer) ? layer : { ...layer, config: { ...layer.config, trainable: true } }));
  return {
    keras_version: topology.keras_version,
    backend: topology.backend,
    model_config: {
      class_name: 'Model',
      config: { name, layers, input_layers: config.input_layers, output_layers: [[lastLayer, 0, 0]] },
    },
  };
}

/** Weights of the layers that are in `topology`, in the order of the layers. */
export function weightsOf(topology: LayersTopology, weights: NamedWeight[]): NamedWeight[] {
  return topology.model_config.config.layers.flatMap((layer) =>
    weights.filter((weight) => weight.name.slice(0, weight.name.lastIndexOf('/')) === layer.name),
  );
}

function isInput(layer: LayerConfiguration): boolean {
  return layer.class_name === 'InputLayer';
}
