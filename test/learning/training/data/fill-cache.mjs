/**
 * A job of its own process that fills a feature cache and reads all rows back: says how many pictures it decoded, the
 * digest of the rows, and what was logged. Its only argument is JSON: { cacheFolder, modelFolder, picturesFolder, views }.
 */
import { createHash } from 'node:crypto';
import console from 'node:console';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { FeatureCache } from '../../../../dist/learning/features/feature-cache.js';
import { createFeatureExtractor } from '../../../../dist/learning/features/feature-extractor.js';
import { augmentations } from '../../../../dist/learning/images/augmentation.js';
import { loadTfjsLayers } from '../../../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../../dist/learning/tfjs-layers/model-files.js';
import { openCachedPrefixData } from '../../../../dist/learning/training/data/cached-prefix-data.js';

const { cacheFolder, modelFolder, picturesFolder, views } = JSON.parse(process.argv[2] ?? '{}');
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(folder.length + 1), bytes: readFileSync(path) }));

const pictures = filesOf(picturesFolder).map(({ bytes }) => bytes);
const digests = pictures.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
let reads = 0;
const images = {
  count: pictures.length,
  read: (index) => {
    reads++;
    return Promise.resolve(pictures[index]);
  },
  sha256: (index) => digests[index],
};
const extractor = await createFeatureExtractor({
  model: await loadTfjsLayers(filesInMemory(filesOf(modelFolder))),
  cuts: [{ layer: 'relu', pooling: 'flatten' }],
  threads: 1,
});
const log = [];
const [data] = await openCachedPrefixData({
  extractor,
  images,
  labels: new Int32Array(images.count),
  cache: new FeatureCache(cacheFolder, 2 ** 30),
  augmentation: augmentations.light,
  views,
  memoryBytes: 0,
  batchSize: 4,
  log: (message) => log.push(message),
});
const readsToFill = reads;
const hash = createHash('sha256');
for (let view = 0; view < views; view++) {
  const rows = await data.read([...Array(images.count).keys()], view);
  hash.update(new Uint8Array(rows.buffer));
}
await data.dispose();
await extractor.dispose();
console.log(JSON.stringify({ reads: readsToFill, rows: hash.digest('hex'), log }));
