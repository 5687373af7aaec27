import type { DatasetIndex, IndexedImage, Split } from '../../learning/dataset-manifest.js';
import type { DatasetFolder } from '../../learning/datasets/dataset-folder.js';
import type { DigestedSource } from '../../learning/features/feature-cache.js';
import type { DataSummary } from '../contract.js';

/** The pictures of one split, in the order of the index. */
export interface SplitPictures {
  source: DigestedSource;
  /** int32 [pictures]. */
  labels: Int32Array;
  /** 1 where a picture nearly equals one of an earlier split. */
  isNearDuplicate: Uint8Array;
}

/** Takes one split out of a data set. */
export function picturesOfSplit(dataset: DatasetFolder, split: Split): SplitPictures {
  const images = dataset.index.images.filter((image) => image.split === split);
  const imageAt = (index: number): IndexedImage => {
    const image = images[index];
    if (image === undefined) throw new RangeError(`the ${split} split has no picture ${index}`);
    return image;
  };
  return {
    source: {
      count: images.length,
      read: (index) => dataset.read(imageAt(index)),
      sha256: (index) => imageAt(index).sha256,
      label: (index) => imageAt(index).path,
    },
    labels: Int32Array.from(images, ({ label }) => label),
    isNearDuplicate: Uint8Array.from(images, ({ nearDuplicate }) => (nearDuplicate ? 1 : 0)),
  };
}

/** Some of the pictures of a split. @param rows positions in it, in the order wanted */
export function partOfPictures(
  { source, labels, isNearDuplicate }: SplitPictures,
  rows: readonly number[],
): SplitPictures {
  const rowAt = (index: number): number => {
    const row = rows[index];
    if (row === undefined) throw new RangeError(`there is no picture ${index} among ${rows.length}`);
    return row;
  };
  return {
    source: {
      count: rows.length,
      read: (index) => source.read(rowAt(index)),
      sha256: (index) => source.sha256(rowAt(index)),
      label: (index) => source.label?.(rowAt(index)) ?? `picture ${rowAt(index)}`,
    },
    labels: Int32Array.from(rows, (row) => labels[row] as number),
    isNearDuplicate: Uint8Array.from(rows, (row) => isNearDuplicate[row] as number),
  };
}

/** What an index says of a data set as a whole. */
export function summarizeIndex({ classes, images }: DatasetIndex): DataSummary {
  const summarize = (split: Split) => {
    const perClass = new Array<number>(classes.length).fill(0);
    for (const image of images) {
      if (image.split === split) perClass[image.label] = (perClass[image.label] ?? 0) + 1;
    }
    return { imageCount: perClass.reduce((sum, count) => sum + count, 0), perClass };
  };
  return {
    task: 'image-classification',
    classes,
    splits: { train: summarize('train'), validation: summarize('validation'), test: summarize('test') },
  };
}
