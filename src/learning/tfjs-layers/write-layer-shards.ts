import { createHash } from 'node:crypto';
import type { ModelFile } from './model-files.js';
import { metadataKey } from './model-metadata.js';
import type { LoadedModel, NetworkLayer } from './network.js';
import type { StoredWeight } from './stored-weight.js';

/**
 * Writes a model as plain tfjs files: model.json and one shard per layer that has weights. The same model gives the
 * same bytes, and a layer whose weights did not change gives the same shard in every version, so that versions share
 * it. `tf.loadLayersModel` reads the result as it is.
 */
export function writeLayerShards(model: LoadedModel): ModelFile[] {
  const shards = model.layers
    .filter((layer) => layer.weights.length > 0)
    .map((layer) => ({ layer, path: shardPath(layer.name) }));
  const weightsManifest = shards.map(({ layer, path }) => ({
    paths: [path],
    weights: layer.weights.map((weight) => ({
      name: `${layer.name}/${weight.name}`,
      shape: weight.shape,
      dtype: 'float32',
      ...(weight.quantization === null ? {} : { quantization: quantizationJson(weight) }),
    })),
  }));
  const modelJson = {
    format: 'layers-model',
    generatedBy: 'modelzoo',
    convertedBy: null,
    modelTopology: topologyJson(model),
    userDefinedMetadata: {
      ...model.userDefinedMetadata,
      [metadataKey]: { input: model.manifest.input, labels: model.manifest.labels },
    },
    weightsManifest,
  };
  return [
    { path: 'model.json', bytes: new TextEncoder().encode(`${JSON.stringify(modelJson)}\n`) },
    ...shards.map(({ layer, path }) => ({ path, bytes: concatenate(layer) })),
  ];
}

/**
 * Where a layer's weights lie. A name that is not safe as a file name on every system is spelled with what is, and
 * told apart by a digest.
 */
function shardPath(layer: string): string {
  // Upper case counts as unsafe: some file systems take Conv_1 and conv_1 for one name.
  if (/^[a-z0-9][a-z0-9_.-]{0,99}$/.test(layer) && !layer.endsWith('.')) return `weights/${layer}.bin`;
  const digest = createHash('sha256').update(layer).digest('hex').slice(0, 8);
  const readable = layer.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 80);
  return `weights/${readable}.${digest}.bin`;
}

function topologyJson(model: LoadedModel): object {
  const [input] = model.layers;
  const output = model.layers.at(-1);
  if (model.topology === 'Sequential') {
    const layers = model.layers.map(({ json }) => ({ class_name: json.class_name, config: json.config }));
    return { class_name: 'Sequential', config: { name: model.name, layers } };
  }
  return {
    class_name: 'Functional',
    config: {
      name: model.name,
      layers: model.layers.map(({ json }) => ({
        name: json.name,
        class_name: json.class_name,
        config: json.config,
        inbound_nodes: json.inbound_nodes,
      })),
      input_layers: [[input?.name, 0, 0]],
      output_layers: [[output?.name, 0, 0]],
    },
  };
}

function quantizationJson({ quantization }: StoredWeight): object | undefined {
  if (quantization === null) return undefined;
  return quantization.dtype === 'float16'
    ? { dtype: 'float16' }
    : { min: quantization.min, scale: quantization.scale, dtype: quantization.dtype };
}

function concatenate(layer: NetworkLayer): Uint8Array {
  return Buffer.concat(layer.weights.map((weight) => weight.bytes));
}
