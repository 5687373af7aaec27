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

/** What a fit will take. */
export interface LinearMemoryPlan {
  /** Bytes at most, beside the features it is given. */
  neededBytes: number;
  /** Bytes of it for the columns solved at one time; more columns than fit are solved in turns. */
  workspaceBytes: number;
}

/** What columns solved at one time take where there is memory enough: more of them gain no speed. */
export const workspaceBytesLimit = 512 * 1024 ** 2;

/** float32 matrices that the solver holds per column: as many as rows, and as many as features. */
const rowSizedMatrices = 3;
const featureSizedMatrices = 6;

/** Sessions of the engine and their threads, copies of products that the garbage collector has not met yet. */
const engineBytes = 192 * 1024 ** 2;

/** Bytes of workspace for one column. */
export function workspaceBytesPerColumn(rows: number, width: number): number {
  return 4 * (rowSizedMatrices * rows + featureSizedMatrices * width);
}

/**
 * Decides how many bytes a fit may work with, before anything of it is there. Where memory is short, fewer columns are
 * solved at one time.
 *
 * @param memoryBytes what the fit may take; left out: what the machine has free
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT
 */
export function planLinearMemory(
  size: LinearProblemSize,
  memoryBytes: number = availableMemory(),
): LinearMemoryPlan {
  const besides = bytesBesidesWorkspace(size);
  const { least, wanted } = workspaceOf(size);
  const workspaceBytes = Math.max(least, Math.min(wanted, memoryBytes - besides));
  const neededBytes = besides + workspaceBytes;
  if (neededBytes > memoryBytes) throw insufficient(size, neededBytes, memoryBytes);
  return { neededBytes, workspaceBytes };
}

/** The columns of one group must fit, however little memory there is; more than all columns serve nobody. */
function workspaceOf(size: LinearProblemSize): { least: number; wanted: number } {
  const { rows, numClasses, classifier } = size;
  const groupSize = classifier === 'softmax' ? numClasses : 1;
  const perColumn = workspaceBytesPerColumn(rows, widthOf(size));
  const least = perColumn * groupSize;
  const all = perColumn * numClasses * Math.max(size.foldCount, 1);
  return { least, wanted: Math.max(least, Math.min(all, workspaceBytesLimit)) };
}

function bytesBesidesWorkspace(size: LinearProblemSize): number {
  const { rows, featureDim, numClasses, foldCount } = size;
  const width = widthOf(size);
  const standardized = 4 * rows * (featureDim + 1);
  // X·Xᵀ, half and factor in float32; X·Xᵀ, its factor, the factor's inverse and a square on the way in float64.
  const rowSpace = isWide(size) ? rows * rows * (3 * 4 + 4 * 8) + 4 * numClasses * (featureDim + 1) : 0;
  // Gram matrix and inverse in float32; the sum, its factor, the factor's inverse and a square on the way in float64.
  const preconditioner = width <= largestFactored ? width * width * (3 * 4 + 4 * 8) : width * 12;
  const solutions = 4 * width * numClasses * (Math.max(foldCount, 1) + 2);
  const result = 4 * featureDim * numClasses;
  return engineBytes + standardized + rowSpace + preconditioner + solutions + result;
}

/** With more features than rows the problem is solved among as many features as rows. */
const isWide = ({ rows, featureDim }: LinearProblemSize): boolean => featureDim + 1 > rows;
const widthOf = (size: LinearProblemSize): number => (isWide(size) ? size.rows : size.featureDim + 1);

function insufficient(size: LinearProblemSize, neededBytes: number, memoryBytes: number): ZooError {
  const { rows, featureDim, numClasses, classifier } = size;
  const lighter = classifier === 'softmax' && numClasses > 2 ? 'the svm classifier, ' : '';
  return new ZooError(
    'TRAINING_MEMORY_INSUFFICIENT',
    `Solving ${numClasses} classes on ${rows} pictures with ${featureDim} features each takes about ` +
      `${gibibytes(neededBytes)} of memory; ${gibibytes(Math.max(0, memoryBytes))} may be taken. Use pooling "average", ` +
      `a layer with fewer channels, ${lighter}or a worker with more memory.`,
    { neededBytes, availableBytes: memoryBytes },
  );
}

const gibibytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
