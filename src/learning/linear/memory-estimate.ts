import { availableMemory } from 'node:process';
import { ZooError } from '../../errors.js';
import { largestFactored } from './preconditioner.js';

/** The size of a linear problem. */
export interface LinearProblemSize {
  rows: number;
  featureDim: number;
  numClasses: number;
  classifier: 'svm' | 'softmax';
  /** 0: no cross-validation. */
  foldCount: number;
}

/** Bytes that the columns solved at one time may take; more columns than fit are solved in turns. */
export const workspaceBytesLimit = 512 * 1024 ** 2;

/** float32 matrices that the solver holds per column: as many as rows, and as many as features. */
const rowSizedMatrices = 3;
const featureSizedMatrices = 6;

/** Bytes of workspace for one column. */
export function workspaceBytesPerColumn(rows: number, width: number): number {
  return 4 * (rowSizedMatrices * rows + featureSizedMatrices * width);
}

/** Bytes that a fit allocates at most, beside the features it is given. */
export function estimateMemory(size: LinearProblemSize): number {
  const { rows, featureDim, numClasses, classifier, foldCount } = size;
  const isWide = featureDim + 1 > rows;
  const width = isWide ? rows : featureDim + 1;
  const standardized = 4 * rows * (featureDim + 1);
  const rowSpace = isWide ? 4 * (3 * rows * rows + numClasses * (featureDim + 1)) + 8 * 2 * rows * rows : 0;
  // Gram matrix and inverse in float32, factor, its inverse and a square on the way in float64.
  const preconditioner = width <= largestFactored ? width * width * (3 * 4 + 4 * 8) : width * 12;
  const columns = numClasses * Math.max(foldCount, 1);
  const kept = 4 * width * (columns + 2 * numClasses);
  const groupSize = classifier === 'softmax' ? numClasses : 1;
  const perGroup = workspaceBytesPerColumn(rows, width) * groupSize;
  const workspace = Math.max(perGroup, Math.min(perGroup * (columns / groupSize), workspaceBytesLimit));
  const result = 4 * featureDim * numClasses;
  return standardized + rowSpace + preconditioner + kept + workspace + result;
}

/** @throws ZooError NOT_ENOUGH_MEMORY */
export function requireMemory(
  neededBytes: number,
  size: { rows: number; featureDim: number; numClasses: number },
  memoryBytes: number = availableMemory(),
): void {
  if (neededBytes <= memoryBytes) return;
  throw new ZooError(
    'NOT_ENOUGH_MEMORY',
    `Solving ${size.numClasses} classes on ${size.rows} pictures with ${size.featureDim} features each takes ` +
      `${gibibytes(neededBytes)} of memory; ${gibibytes(memoryBytes)} are free. Use pooling "average", cut at a layer ` +
      'with fewer channels, use the svm classifier, or run the job on a machine with more memory.',
    { neededBytes, availableBytes: memoryBytes },
  );
}

const gibibytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
