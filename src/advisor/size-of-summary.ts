import type { DataSummary } from '../plugins/plugin.js';
import type { DatasetSize } from './measurements.js';

/** How large a data set is, and how evenly its training pictures are spread over the classes. */
export function sizeOfSummary({ classes, splits }: Pick<DataSummary, 'classes' | 'splits'>): DatasetSize {
  const { imageCount: train, perClass } = splits.train;
  const sizes = perClass.toSorted((a, b) => a - b);
  const largest = sizes.at(-1) ?? 0;
  const smallestPresent = sizes.find((size) => size > 0);
  const middle = sizes.length / 2;
  const median = ((sizes[Math.ceil(middle) - 1] ?? 0) + (sizes[Math.floor(middle)] ?? 0)) / 2;
  return {
    classes: classes.length,
    train,
    validation: splits.validation.imageCount,
    perClass: { smallest: sizes[0] ?? 0, median, largest },
    imbalance: smallestPresent === undefined ? 1 : largest / smallestPresent,
    majorityShare: train === 0 ? 0 : largest / train,
  };
}
