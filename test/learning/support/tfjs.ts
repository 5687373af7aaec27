import * as tf from '@tensorflow/tfjs';
import {
  filesInMemory,
  type ModelFile,
  type ModelFiles,
} from '../../../src/learning/tfjs-layers/model-files.js';

/** Plain tfjs on its reference backend, as a person who downloads a model runs it. */
export async function plainTfjs(): Promise<typeof tf> {
  await tf.setBackend('cpu');
  return tf;
}

/** The files `model.save` of plain tfjs gives. */
export async function savedFiles(model: tf.LayersModel): Promise<ModelFile[]> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((saved) => {
      artifacts = saved;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  const weightData = artifacts?.weightData;
  if (artifacts === undefined || !(weightData instanceof ArrayBuffer)) throw new Error('nothing was saved');
  const modelJson = {
    format: 'layers-model',
    modelTopology: artifacts.modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
  };
  return [
    { path: 'model.json', bytes: Buffer.from(JSON.stringify(modelJson)) },
    { path: 'weights.bin', bytes: new Uint8Array(weightData) },
  ];
}

export async function asModelFiles(model: tf.LayersModel): Promise<ModelFiles> {
  return filesInMemory(await savedFiles(model));
}

/** Loads files with plain `tf.loadLayersModel`, through the same JSON a browser would fetch. */
export async function loadWithPlainTfjs(files: ModelFile[]): Promise<tf.LayersModel> {
  const bytesOf = (path: string) => {
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`no file ${path}`);
    return file.bytes;
  };
  const json = JSON.parse(Buffer.from(bytesOf('model.json')).toString()) as tf.io.ModelJSON;
  const weights = Buffer.concat(json.weightsManifest.flatMap((group) => group.paths.map(bytesOf)));
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: new Uint8Array(weights).buffer,
    }),
  );
}

/** The same numbers on every run, in [-1, 1]: small enough to keep activations in range. */
export function pseudoRandom(length: number, seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

/** Gives every weight values that matter: moving statistics and biases are zeros or ones when fresh. */
export function randomizeWeights(model: tf.LayersModel): void {
  model.setWeights(
    model.weights.map((weight, index) => {
      const values = pseudoRandom(
        weight.shape.reduce<number>((n, d) => n * (d ?? 1), 1),
        index + 1,
      );
      const positive = weight.name.includes('variance') || weight.name.includes('gamma');
      return tf.tensor(positive ? values.map((v) => Math.abs(v) + 0.5) : values, weight.shape as number[]);
    }),
  );
}

/** What a model predicts, as plain numbers. */
export async function predict(
  model: tf.LayersModel,
  values: Float32Array,
  shape: number[],
): Promise<Float32Array> {
  const prediction = model.predict(tf.tensor(values, shape));
  if (Array.isArray(prediction)) throw new Error('one output was expected');
  return Float32Array.from(await prediction.data());
}
