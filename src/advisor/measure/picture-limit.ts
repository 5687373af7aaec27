import { planLinearMemory, type LinearProblemSize } from '../../learning/linear/memory-estimate.js';
import { largestCount } from './largest-count.js';

/** How many pictures a model can be measured on with the memory there is. */
export interface PictureLimit {
  pictures: number;
  /** False: not even two pictures of every class leave room for solving probes, so none are. */
  hasProbes: boolean;
}

export interface PictureLimitInput {
  /** Training pictures that there are. */
  total: number;
  numClasses: number;
  /** Features at each cut where probes are always solved, and at all cuts together. */
  probedDims: readonly number[];
  allDims: number;
  /** What may be taken beside what the process holds. */
  freeBytes: number;
  /** What the feature cache can hold. */
  cacheBytes: number;
}

/** Folds of a cross-validation at most. */
const foldCount = 5;

/** The part of the free memory that the features of all cuts may take together. */
export const featureShare = 1 / 3;

/**
 * Works out a model's limit. At least the features of one cut with the solver beside them have to fit, and those of all cuts
 * into memory or the cache: where neither holds them, each cut would run the network again.
 */
export function pictureLimit(input: PictureLimitInput): PictureLimit {
  const { total, numClasses, probedDims, allDims, freeBytes, cacheBytes } = input;
  const keepsFeatures = (rows: number) =>
    4 * rows * allDims <= Math.max(featureShare * freeBytes, cacheBytes) &&
    4 * rows * Math.max(...probedDims) <= freeBytes;
  const solves = (rows: number) =>
    probedDims.every((featureDim) =>
      isSolvable(
        { rows, featureDim, numClasses, classifier: 'softmax', foldCount },
        freeBytes - 4 * rows * featureDim,
      ),
    );
  const withProbes = largestCount(total, (rows) => keepsFeatures(rows) && (rows === 0 || solves(rows)));
  if (withProbes >= Math.min(total, 2 * numClasses)) return { pictures: withProbes, hasProbes: true };
  return { pictures: largestCount(total, keepsFeatures), hasProbes: false };
}

function isSolvable(size: LinearProblemSize, freeBytes: number): boolean {
  try {
    planLinearMemory(size, freeBytes);
    return true;
  } catch {
    return false;
  }
}
