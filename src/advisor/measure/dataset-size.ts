import type { DatasetIndex } from '../../learning/dataset-manifest.js';
import { summarizeIndex } from '../../plugins/run/split-pictures.js';
import type { DatasetSize } from '../measurements.js';
import { sizeOfSummary } from '../size-of-summary.js';

/** How large a data set is that was laid out. */
export function datasetSize(index: DatasetIndex): DatasetSize {
  return sizeOfSummary(summarizeIndex(index));
}
