import type { Group } from './loss.js';
import { allocateMatrix, firstRows, type Matrix } from './matrix-products.js';

/** The matrices of one solve, for the columns it was taken for or more. */
export interface Work {
  scores: Matrix;
  slopes: Matrix;
  directionScores: Matrix;
  gradients: Matrix;
  steps: Matrix;
  residuals: Matrix;
  directions: Matrix;
  /** Rows of the systems that still run, packed for a product, and what the product gave. */
  packed: Matrix;
  products: Matrix;
}

/** Where the solver stands within one solve. */
export interface NewtonState {
  weights: Matrix;
  scores: Matrix;
}

/** Memory that one solve after the other uses. Grows to the most columns asked for. */
export class NewtonWorkspace {
  #columns = 0;
  #work: Work | undefined;

  constructor(
    private readonly rows: number,
    private readonly width: number,
  ) {}

  take(columns: number): Work {
    if (this.#work === undefined || columns > this.#columns) {
      const perRow = () => allocateMatrix(columns, this.rows);
      const perFeature = () => allocateMatrix(columns, this.width);
      this.#columns = columns;
      this.#work = {
        scores: perRow(),
        slopes: perRow(),
        directionScores: perRow(),
        gradients: perFeature(),
        steps: perFeature(),
        residuals: perFeature(),
        directions: perFeature(),
        packed: perFeature(),
        products: perFeature(),
      };
    }
    return { ...this.#work, scores: firstRows(this.#work.scores, columns) };
  }

  /** Lets go of the memory; the next solve takes new. */
  clear(): void {
    this.#work = undefined;
    this.#columns = 0;
  }
}

export function groupOf(groups: Group[], index: number): Group {
  const group = groups[index];
  if (group === undefined) throw new RangeError(`there is no group ${index}`);
  return group;
}

/** The rows of one group in a matrix that holds `groupSize` rows per group. */
export function part(matrix: Matrix, index: number, groupSize: number): Float32Array {
  const length = groupSize * matrix.columns;
  return matrix.data.subarray(index * length, (index + 1) * length);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

/** target += factor · source */
export function addScaled(target: Float32Array, factor: number, source: Float32Array): void {
  for (let at = 0; at < target.length; at++)
    target[at] = (target[at] as number) + factor * (source[at] as number);
}
