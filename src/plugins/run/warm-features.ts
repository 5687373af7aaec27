import { readDatasetFolder } from '../../learning/datasets/dataset-folder.js';
import { probeCuts } from '../../learning/cuts/candidate-layers.js';
import type { Split } from '../../learning/dataset-manifest.js';
import { estimateCacheBytes } from '../../learning/features/cache-room.js';
import { extractFeatures } from '../../learning/features/extract-features.js';
import { FeatureCache } from '../../learning/features/feature-cache.js';
import { createFeatureExtractor } from '../../learning/features/feature-extractor.js';
import { openBase, type BaseModel, type RunInputs } from './run-inputs.js';
import { picturesOfSplit } from './split-pictures.js';

export interface WarmFeaturesInput extends Omit<RunInputs, 'outputFolder' | 'seed' | 'memoryBytes'> {
  /** What runs to come will cut the base at: a layer each, or none for the layers that are compared by default. */
  wishes: { layer?: string; inputSize?: number }[];
}

const splits: readonly Split[] = ['train', 'validation', 'test'];

/**
 * Computes features that several runs on one base and one data set will read, averaged over height and width, of all
 * splits and at all their cuts in one pass over the pictures, and leaves them in the cache. It only saves time: a wish
 * that makes no sense, or that the cache has no room for, is left to the run that has it.
 *
 * @returns the number of passes that were made.
 * @throws ZooError IMAGE_UNREADABLE, MODEL_* as loading throws them; `signal.reason` when aborted
 */
export async function warmFeatures(input: WarmFeaturesInput): Promise<{ passes: number }> {
  const base = await openBase(input.baseFolder);
  const sizes = new Set(input.wishes.map(({ inputSize }) => inputSize));
  let passes = 0;
  for (const inputSize of sizes) {
    input.signal.throwIfAborted();
    const layers = layersAt(inputSize, base, input);
    if (layers.length > 0 && (await warm(layers, inputSize, base, input))) passes += 1;
  }
  return { passes };
}

function layersAt(
  inputSize: number | undefined,
  { base }: BaseModel,
  { wishes }: WarmFeaturesInput,
): string[] {
  const known = new Set(base.manifest.cutPoints.map(({ layer }) => layer));
  const wanted = wishes
    .filter((wish) => wish.inputSize === inputSize)
    .flatMap(({ layer }) =>
      layer === undefined ? probeCuts(base.manifest, inputSize).map((cut) => cut.layer) : [layer],
    );
  return [...new Set(wanted)].filter((layer) => known.has(layer));
}

async function warm(
  layers: string[],
  inputSize: number | undefined,
  { baseAt }: BaseModel,
  { datasetFolder, cacheFolder, cacheBytes, threads, signal, on }: WarmFeaturesInput,
): Promise<boolean> {
  const cache = new FeatureCache(cacheFolder, cacheBytes);
  const dataset = await readDatasetFolder(datasetFolder);
  const extractor = await createFeatureExtractor({
    model: await baseAt(inputSize),
    cuts: layers.map((layer) => ({ layer, pooling: 'average' })),
    threads,
  });
  try {
    const count = dataset.index.images.length;
    const { availableBytes } = await cache.room();
    if (estimateCacheBytes({ extractor, count }) > availableBytes / 2) {
      on.log('The feature cache is too small to compute the features of all candidates at once.');
      return false;
    }
    for (const split of splits) {
      const { source } = picturesOfSplit(dataset, split);
      if (source.count === 0) continue;
      await extractFeatures(extractor, source, {
        cache,
        // They go to the cache and not into memory.
        keptAlongside: layers.length,
        signal,
        progress: (done, total) => on.progress(`extracting features of ${split} pictures`, done, total),
        log: on.log,
      });
    }
    return true;
  } finally {
    await extractor.dispose();
    await dataset.close();
  }
}
