import { createHash } from 'node:crypto';
import type { Split } from '../../learning/dataset-manifest.js';
import type { FeatureCache } from '../../learning/features/feature-cache.js';
import { estimateCacheBytes } from '../../learning/features/cache-room.js';
import { createFeatureExtractor, type FeatureExtractor } from '../../learning/features/feature-extractor.js';
import { augmentations, augmentationVersion } from '../../learning/images/augmentation.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import { openCachedPrefixData } from '../../learning/training/data/cached-prefix-data.js';
import { LivePrefixData } from '../../learning/training/data/live-prefix-data.js';
import { PictureData } from '../../learning/training/data/picture-data.js';
import type { TrainingData } from '../../learning/training/data/training-data.js';
import type { TrainerSetup } from '../contract.js';
import type { RunReporter } from './run-reporter.js';
import type { SplitPictures } from './split-pictures.js';

export interface TrainingPicturesInput {
  /** At the size of pictures that it trains on. */
  model: LoadedModel;
  pictures: Record<Exclude<Split, 'test'>, SplitPictures>;
  setup: Pick<TrainerSetup, 'frozenUpTo' | 'augmentation' | 'views'>;
  cache: FeatureCache;
  /** What decoded pictures, or the frozen layers' output, may take in memory. */
  memoryBytes: number;
  seed: number;
  threads: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** The two splits that a training reads. */
export interface TrainingPictures {
  train: TrainingData;
  validation: TrainingData;
  /** Digest of all that decides what is read. */
  digest: string;
  dispose(): Promise<void>;
}

/**
 * Opens pictures for training: decoded and varied anew in every epoch where the whole network trains; as the cached
 * output of the frozen layers, in a fixed number of views, where a prefix is frozen.
 *
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted
 */
export async function openTrainingPictures(input: TrainingPicturesInput): Promise<TrainingPictures> {
  const { setup } = input;
  return setup.frozenUpTo === undefined ? decodedPictures(input) : frozenOutput(input, setup.frozenUpTo);
}

function decodedPictures({
  model,
  pictures,
  setup,
  seed,
  memoryBytes,
}: TrainingPicturesInput): TrainingPictures {
  const { input } = model.manifest;
  const open = (split: SplitPictures, augmentation = augmentations.none) =>
    new PictureData({
      images: split.source,
      labels: split.labels,
      input,
      augmentation,
      seed,
      memoryBytes: memoryBytes / 2,
    });
  return {
    train: open(pictures.train, augmentations[setup.augmentation]),
    validation: open(pictures.validation),
    digest: digestOf(pictures, [JSON.stringify(input), setup.augmentation, seed]),
    dispose: () => Promise.resolve(),
  };
}

async function frozenOutput(input: TrainingPicturesInput, frozenUpTo: string): Promise<TrainingPictures> {
  const { model, pictures, setup, cache, memoryBytes, threads, signal, on } = input;
  const extractor = await createFeatureExtractor({
    model,
    cuts: [{ layer: frozenUpTo, pooling: 'flatten' }],
    threads,
  });
  const opened: { dispose(): Promise<void> }[] = [];
  // Rows that the disk lost are computed again by the extractor, so it goes last.
  const dispose = async () => {
    for (const data of opened) await data.dispose();
    await extractor.dispose();
  };
  const open = async (split: 'train' | 'validation', share: number): Promise<TrainingData> => {
    const { source: images, labels } = pictures[split];
    const isVaried = split === 'train' && setup.augmentation !== 'none' && setup.views > 1;
    const augmentation = isVaried ? augmentations[setup.augmentation] : augmentations.none;
    const views = isVaried ? setup.views : 1;
    if (!(await fitsIntoCache(input, extractor, images.count, views))) {
      on.log(
        `The output of layer ${frozenUpTo} for ${images.count} pictures in ${views} views does not fit into the feature ` +
          'cache; it is computed whenever it is needed, which takes longer.',
      );
      return new LivePrefixData({ extractor, images, labels, augmentation, views });
    }
    const [data] = await openCachedPrefixData({
      extractor,
      images,
      labels,
      cache,
      augmentation,
      views,
      memoryBytes: memoryBytes * share,
      signal,
      progress: (done, total) => on.progress(`running frozen layers on ${split} pictures`, done, total),
      log: on.log,
    });
    if (data === undefined) throw new Error(`no output of layer ${frozenUpTo}`);
    opened.push(data);
    return data;
  };
  try {
    const train = await open('train', 0.8);
    const validation = await open('validation', 0.2);
    const { key } = extractor.cuts[0] ?? { key: '' };
    return {
      train,
      validation,
      digest: digestOf(pictures, [key, setup.augmentation, setup.views]),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function fitsIntoCache(
  { cache }: TrainingPicturesInput,
  extractor: FeatureExtractor,
  count: number,
  views: number,
): Promise<boolean> {
  const { availableBytes } = await cache.room();
  return estimateCacheBytes({ extractor, count, views }) <= availableBytes;
}

function digestOf(pictures: TrainingPicturesInput['pictures'], facts: (string | number)[]): string {
  const hash = createHash('sha256').update(JSON.stringify([augmentationVersion, ...facts]));
  for (const { source } of [pictures.train, pictures.validation]) {
    for (let index = 0; index < source.count; index++) hash.update(source.sha256(index));
    hash.update('\n');
  }
  return hash.digest('hex');
}
