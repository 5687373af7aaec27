import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { measureModels } from '../../../src/advisor/measure/measure-models.js';
import { adviceMeasurements, type AdviceMeasurements } from '../../../src/advisor/measurements.js';
import type { MeasureInput, ModelToMeasure } from '../../../src/advisor/measure/measure-input.js';
import type { DatasetIndex, IndexedImage } from '../../../src/learning/dataset-manifest.js';
import { importDataset } from '../../../src/learning/datasets/import-dataset.js';
import { tarEnd, tarFile } from '../../../src/learning/datasets/tar-writer.js';
import { composeBackbone } from '../../../src/learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, type ModelFile } from '../../../src/learning/tfjs-layers/model-files.js';
import { hashBytes } from '../../../src/learning/sha256.js';
import { realModel } from '../../learning/support/real-models.js';
import { plainTfjs, savedFiles } from '../../learning/support/tfjs.js';

const photographs = new URL('../../../examples/clothing-mini/images/', import.meta.url);

/** Real networks and real photographs in a folder of their own, and ways to make others of them. */
export interface AdviceWorkshop {
  folder: string;
  /** All ten classes of clothing-mini: 24 training pictures of each, and a few of the other splits. */
  datasetFolder: string;
  /** MobileNetV2 at 96 × 96, trained on photographs. */
  trained: ModelToMeasure;
  /** A small network that nothing was trained on. */
  random: ModelToMeasure;
  /** Publishes another model. */
  model(name: string, files: readonly ModelFile[], facts?: Partial<ModelToMeasure>): Promise<ModelToMeasure>;
  /** What its index says. */
  index: DatasetIndex;
  /** The same pictures with another index. */
  variant(name: string, change: (index: DatasetIndex) => DatasetIndex): Promise<string>;
  /** What measuring needs, quiet and with time enough. */
  input(changes: Partial<MeasureInput>): MeasureInput;
  /** Measures, and holds what comes of it to the form that an advice keeps. */
  measure(changes: Partial<MeasureInput>): Promise<AdviceMeasurements>;
  remove(): Promise<void>;
}

export async function createAdviceWorkshop(): Promise<AdviceWorkshop> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-advice-'));
  const datasetFolder = join(folder, 'dataset');
  const archivePath = join(folder, 'clothing.tar');
  await writeFile(archivePath, await archive());
  await importDataset({ archivePath, outputFolder: datasetFolder, options: { splits: 'given' } });
  const index = JSON.parse(await readFile(join(datasetFolder, 'index.json'), 'utf8')) as DatasetIndex;
  const model: AdviceWorkshop['model'] = async (name, files, facts) => {
    const modelFolder = join(folder, 'models', name);
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(modelFolder, path)), { recursive: true });
      await writeFile(join(modelFolder, path), bytes);
    }
    return {
      versionId: name,
      name,
      folder: modelFolder,
      sourceAccuracy: null,
      parameterCount: 1000,
      createdAt: '2026-01-01T00:00:00.000Z',
      ...facts,
    };
  };
  const input: AdviceWorkshop['input'] = (changes) => ({
    models: [],
    datasetFolder,
    cacheFolder: join(folder, 'cache'),
    cacheBytes: 1e9,
    budgetSeconds: 3600,
    seed: 1,
    threads: 2,
    memoryBytes: 4e9,
    signal: new AbortController().signal,
    on: { progress: () => undefined, log: () => undefined },
    ...changes,
  });
  return {
    folder,
    datasetFolder,
    trained: await model('trained', await backboneOf96(), {
      sourceAccuracy: 0.7,
      parameterCount: 2_257_984,
    }),
    random: await model('random', await randomNetwork()),
    model,
    index,
    async variant(name, change) {
      const variantFolder = join(folder, 'variants', name);
      await mkdir(variantFolder, { recursive: true });
      await writeFile(join(variantFolder, 'index.json'), JSON.stringify(change(index)));
      await symlink(join(datasetFolder, 'shards'), join(variantFolder, 'shards'));
      return variantFolder;
    },
    input,
    measure: async (changes) => adviceMeasurements.parse(await measureModels(input(changes))),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The bytes of a picture of the data set. */
export async function pictureOf(
  datasetFolder: string,
  { shard, offset, sizeBytes }: IndexedImage,
  index: DatasetIndex,
) {
  const bytes = await readFile(join(datasetFolder, index.shards[shard] ?? ''));
  return bytes.subarray(offset, offset + sizeBytes);
}

/** A data set whose pictures have the bytes given. Its index says what they are, or what it said before. */
export async function layOut(
  folder: string,
  index: DatasetIndex,
  bytesOf: (image: IndexedImage, at: number) => Promise<Buffer>,
  { keepsDigests }: { keepsDigests: boolean },
): Promise<void> {
  await mkdir(join(folder, 'shards'), { recursive: true });
  const parts: Buffer[] = [];
  const images: IndexedImage[] = [];
  let offset = 0;
  for (const [at, image] of index.images.entries()) {
    const bytes = await bytesOf(image, at);
    const sha256 = keepsDigests ? image.sha256 : hashBytes(bytes);
    images.push({ ...image, sha256, sizeBytes: bytes.length, shard: 0, offset });
    parts.push(bytes);
    offset += bytes.length;
  }
  await writeFile(join(folder, 'shards/00000.tar'), Buffer.concat(parts));
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ ...index, images, shards: ['shards/00000.tar'] }),
  );
}

/** Two convolutions with a batch normalisation between them, as they are at the start of a training. */
export async function randomNetwork(): Promise<ModelFile[]> {
  const { layers, sequential } = await plainTfjs();
  const convolution = (seed: number) => ({
    kernelSize: 3,
    strides: 2,
    activation: 'relu' as const,
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  });
  const network = sequential({
    layers: [
      layers.conv2d({ ...convolution(1), filters: 6, inputShape: [32, 32, 3] }),
      layers.batchNormalization({}),
      layers.conv2d({ ...convolution(2), filters: 8 }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  return savedFiles(network);
}

/** MobileNetV2 without its head, which takes pictures of one size only. */
async function backboneOf96(): Promise<ModelFile[]> {
  const whole = await loadTfjsLayers(realModel('mobilenet_v2'));
  const { files } = composeBackbone(whole, 'out_relu', 'average');
  const small = await loadTfjsLayers(filesInMemory(files), { input: { height: 96, width: 96 } });
  return composeBackbone(small, 'out_relu', 'average').files;
}

async function archive(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const [split, count] of [
    ['train', 24],
    ['validation', 1],
    ['test', 2],
  ] as const) {
    for (const name of await readdir(new URL(`${split}/`, photographs))) {
      const source = new URL(`${split}/${name}/`, photographs);
      for (const file of (await readdir(source)).sort().slice(0, count)) {
        const bytes = await readFile(new URL(file, source));
        const { header, padding } = tarFile(`${split}/${name}/${file}`, bytes.length);
        parts.push(header, bytes, padding);
      }
    }
  }
  return Buffer.concat([...parts, tarEnd]);
}
