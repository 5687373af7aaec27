import type { Tridiagonal } from './tridiagonal.js';

/** The ratio α/β stays within these multiples of the features' energy: beyond, rounding would decide. */
const ratioRange = { least: 1e-12, most: 1e8 };
/** Change of the ratio, relative to it, at which the iteration ends, and where it ends at the latest. */
const tolerance = 1e-6;
const maxSteps = 200;

/** What the fixed point needs to know at one ratio α/β. */
interface Solution {
  /** Effective number of weights that the data determine, and pictures left after them. */
  determined: number;
  left: number;
  /** Squared length of the mean weights, and of the residuals. */
  weights: number;
  residual: number;
}

/**
 * Log evidence of Bayesian linear regression at its best precisions, for many targets on the same features. The features
 * are known by the tridiagonal form of XᵀX or X·Xᵀ only: at a ratio t = α/β of the precisions of prior and noise everything
 * follows from solving with T + t·I.
 *
 * @see You et al., "Ranking and Tuning Pre-trained Models", 2022, algorithm 3
 */
export class MaximumEvidence {
  readonly #size: number;
  /** Pivots of T + t·I from the first row on, and from the last. */
  readonly #pivots: Float64Array;
  readonly #backward: Float64Array;
  readonly #solved: Float64Array;

  /** @param energy the sum of all squared features */
  constructor(
    private readonly form: Tridiagonal,
    private readonly over: 'rows' | 'features',
    private readonly rows: number,
    private readonly energy: number,
  ) {
    this.#size = form.diagonal.length;
    this.#pivots = new Float64Array(this.#size);
    this.#backward = new Float64Array(this.#size);
    this.#solved = new Float64Array(this.#size);
  }

  /**
   * @param target float64 [n]: Qᵀ·y over rows, Qᵀ·Xᵀ·y over features
   * @param square yᵀ·y
   */
  logEvidence(target: Float64Array, square: number): number {
    const scale = this.energy > 0 ? this.energy : 1;
    const [least, most] = [ratioRange.least * scale, ratioRange.most * scale];
    // As if the mean weights explained each picture by as much as noise does.
    let ratio = scale / this.rows;
    let solution = this.#solve(ratio, target, square);
    for (let step = 0; step < maxSteps; step++) {
      const { determined, left, weights, residual } = solution;
      const next = (determined / weights) * (residual / left);
      // Nothing of the target is explained: weights of 0 are best.
      const bounded = Number.isNaN(next) ? most : Math.max(least, Math.min(most, next));
      const change = Math.abs(bounded - ratio);
      ratio = bounded;
      solution = this.#solve(ratio, target, square);
      if (change <= tolerance * ratio) break;
    }
    const misfit = (solution.residual + ratio * solution.weights) / this.rows;
    return -0.5 * (this.#logDeterminant(ratio) + this.rows * (Math.log(2 * Math.PI * misfit) + 1));
  }

  #solve(ratio: number, target: Float64Array, square: number): Solution {
    this.#factor(ratio);
    const share = ratio * this.#traceOfInverse(ratio);
    const { overlap, length } = this.#solveFor(target);
    const determined = Math.max(0, this.#size - share);
    const left = this.rows - this.#size + share;
    const weights = this.over === 'rows' ? overlap - ratio * length : length;
    const residual = this.over === 'rows' ? ratio * ratio * length : square - overlap - ratio * length;
    return { determined, left, weights: Math.max(0, weights), residual: Math.max(1e-14 * square, residual) };
  }

  #factor(ratio: number): void {
    const { diagonal, beside } = this.form;
    const [pivots, backward, last] = [this.#pivots, this.#backward, this.#size - 1];
    pivots[0] = (diagonal[0] as number) + ratio;
    for (let i = 1; i <= last; i++) {
      pivots[i] = (diagonal[i] as number) + ratio - (beside[i] as number) ** 2 / (pivots[i - 1] as number);
    }
    backward[last] = (diagonal[last] as number) + ratio;
    for (let i = last - 1; i >= 0; i--) {
      backward[i] =
        (diagonal[i] as number) + ratio - (beside[i + 1] as number) ** 2 / (backward[i + 1] as number);
    }
  }

  /** Entry i of the inverse's diagonal follows from the pivots of both directions, which meet there. */
  #traceOfInverse(ratio: number): number {
    let trace = 0;
    for (let i = 0; i < this.#size; i++) {
      const both = (this.#pivots[i] as number) + (this.#backward[i] as number);
      trace += 1 / (both - (this.form.diagonal[i] as number) - ratio);
    }
    return trace;
  }

  /** For z = (T + t·I)⁻¹·b: bᵀ·z and zᵀ·z. */
  #solveFor(target: Float64Array): { overlap: number; length: number } {
    const { beside } = this.form;
    const [pivots, solved, last] = [this.#pivots, this.#solved, this.#size - 1];
    solved[0] = target[0] as number;
    for (let i = 1; i <= last; i++) {
      solved[i] =
        (target[i] as number) -
        ((beside[i] as number) / (pivots[i - 1] as number)) * (solved[i - 1] as number);
    }
    let overlap = 0;
    let length = 0;
    for (let i = last; i >= 0; i--) {
      const after = i === last ? 0 : (beside[i + 1] as number) * (solved[i + 1] as number);
      const z = ((solved[i] as number) - after) / (pivots[i] as number);
      solved[i] = z;
      overlap += z * (target[i] as number);
      length += z * z;
    }
    return { overlap, length };
  }

  /** log |I + T/t|. */
  #logDeterminant(ratio: number): number {
    let sum = 0;
    for (const pivot of this.#pivots) sum += Math.log(pivot / ratio);
    return sum;
  }
}
