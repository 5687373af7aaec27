import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ZooError } from '../../errors.js';
import type { TfWithLayers } from '../training/engines/tfjs/open-tfjs.js';
import type { ModelFile } from './model-files.js';

/**
 * Files of a tfjs-layers model as a model of plain tfjs. It holds tensors: dispose of it.
 *
 * @throws ZooError MODEL_JSON_MISSING, MODEL_SHARD_MISSING, and what tfjs throws
 */
export async function loadPlainModel(tf: TfWithLayers, files: readonly ModelFile[]): Promise<LayersModel> {
  const known = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const modelJson = known.get('model.json');
  if (modelJson === undefined) {
    throw new ZooError('MODEL_JSON_MISSING', `Among ${files.length} files is no model.json at the top.`);
  }
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(modelJson)) as io.ModelJSON;
  const shards = weightsManifest
    .flatMap(({ paths }) => paths)
    .map((path) => {
      const bytes = known.get(path);
      if (bytes !== undefined) return bytes;
      throw new ZooError('MODEL_SHARD_MISSING', `model.json names ${path}, which is not among the files.`, {
        path,
      });
    });
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: new Uint8Array(Buffer.concat(shards)).buffer,
    }),
  );
}

/** A model of plain tfjs as files: model.json and one shard with all weights. */
export async function savePlainModel(tf: TfWithLayers, model: LayersModel): Promise<ModelFile[]> {
  const files: ModelFile[] = [];
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs = [], weightData }) => {
      const path = 'weights.bin';
      const modelJson = {
        format: 'layers-model',
        modelTopology,
        weightsManifest: [{ paths: [path], weights: weightSpecs }],
      };
      files.push(
        { path: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(modelJson)) },
        { path, bytes: bytesOf(weightData) },
      );
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return files;
}

function bytesOf(data: io.ModelArtifacts['weightData']): Uint8Array {
  const parts = data === undefined ? [] : Array.isArray(data) ? data : [data];
  return new Uint8Array(Buffer.concat(parts.map((part) => new Uint8Array(part))));
}
