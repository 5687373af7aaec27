import type { ModelFile } from '../../learning/tfjs-layers/model-files.js';

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

/** A weight as model.json lists it. */
export interface WeightSpecification {
  name: string;
  shape: number[];
  dtype: 'float32';
  quantization?: { dtype: string; min: number; scale: number };
}

/** A tfjs-layers model in memory: model.json, and every weight in one file. */
export function layersModelFiles(
  topology: LayersTopology,
  weights: WeightSpecification[],
  bytes: Uint8Array,
): ModelFile[] {
  const modelJson = {
    format: 'layers-model',
    modelTopology: topology,
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
  return [
    { path: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(modelJson)) },
    { path: 'weights.bin', bytes },
  ];
}
