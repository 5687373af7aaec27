import { summarizeFolds, type Candidate } from './choose-c.js';
import type { Group, Loss, TrainingRows } from './loss.js';
import { allocateMatrix, rowsOf, type Matrix, type MatrixProducts } from './matrix-products.js';
import { workspaceBytesLimit, workspaceBytesPerColumn } from './memory-estimate.js';
import { multinomialLogistic } from './multinomial-logistic.js';
import { solveByNewton } from './newton-cg.js';
import { NewtonWorkspace } from './newton-workspace.js';
import { SharedPreconditioner } from './preconditioner.js';
import { squaredHinge } from './squared-hinge.js';
import type { StratifiedFolds } from './stratified-folds.js';

export interface PathSolverInput {
  /** float32 [rows, features], scaled, with a constant column. */
  features: Matrix;
  labels: Int32Array;
  numClasses: number;
  classifier: 'svm' | 'softmax';
  maxIterations: number;
  signal?: AbortSignal;
  /** Bytes that the columns solved at one time may take; `workspaceBytesLimit` unless told. */
  workspaceBytes?: number;
}

export interface SolvedClassifier {
  /** float32 [classes, features]. */
  weights: Matrix;
  objective: number;
  relativeGap: number;
}

/** One step of a cross-validated path. */
export interface PathStep {
  candidate: Candidate;
  /** float32 [classes, features]: mean of the folds' solutions, a good start for the fit on all rows. */
  meanWeights: Matrix;
}

/**
 * Solves a classifier, alone or for all folds of a cross-validation at once: the folds are further columns of the same
 * problem in which held-out rows have no loss. So all folds share every product with the features, and the held-out
 * scores are there without a further pass.
 */
export class PathSolver {
  readonly #workspace: NewtonWorkspace;

  private constructor(
    private readonly products: MatrixProducts,
    private readonly input: PathSolverInput,
    private readonly preconditioner: SharedPreconditioner,
  ) {
    this.#workspace = new NewtonWorkspace(input.features.rows, input.features.columns);
  }

  static async create(products: MatrixProducts, input: PathSolverInput): Promise<PathSolver> {
    return new PathSolver(products, input, await SharedPreconditioner.create(products, input.features));
  }

  /** Fits on all rows. */
  async solve(C: number, tolerance: number, start?: Matrix): Promise<SolvedClassifier> {
    const { numClasses, features } = this.input;
    const weights = start ?? allocateMatrix(numClasses, features.columns);
    const rows = {
      rowCount: features.rows,
      labels: this.input.labels,
      foldOfRow: new Int32Array(features.rows),
    };
    let objective = 0;
    let relativeGap = 0;
    await this.#solveGroups(rows, [-1], weights, C, tolerance, (result) => {
      objective += result.objectives.reduce((sum, value) => sum + value, 0);
      relativeGap = result.relativeGaps.reduce((largest, value) => Math.max(largest, value), relativeGap);
    });
    return { weights, objective, relativeGap };
  }

  /** Starts a cross-validated path. Call `next` with growing C. */
  startPath({ foldCount, foldOfRow }: StratifiedFolds): {
    next(C: number, tolerance: number): Promise<PathStep>;
  } {
    const { numClasses, features, labels } = this.input;
    const rows = { rowCount: features.rows, labels, foldOfRow };
    const folds = Array.from({ length: foldCount }, (_, fold) => fold);
    // Class by class, the folds of a class side by side.
    const weights = allocateMatrix(numClasses * foldCount, features.columns);
    return {
      next: async (C, tolerance) => {
        const heldOut = new HeldOutPredictions(rows);
        await this.#solveGroups(rows, folds, weights, C, tolerance, ({ groups, scores }) =>
          heldOut.add(groups, scores, this.input.classifier === 'softmax' ? numClasses : 1),
        );
        return {
          candidate: summarizeFolds(C, heldOut.accuracies(foldCount)),
          meanWeights: this.#meanOverFolds(weights, foldCount),
        };
      },
    };
  }

  /** Lets go of the memory of past solves, where none follows at once. */
  rest(): void {
    this.#workspace.clear();
  }

  /** Solves in turns as many groups as the workspace holds. */
  async #solveGroups(
    rows: TrainingRows,
    folds: number[],
    weights: Matrix,
    C: number,
    tolerance: number,
    onSolved: (result: {
      groups: Group[];
      scores: Matrix;
      objectives: Float64Array;
      relativeGaps: Float64Array;
    }) => void,
  ): Promise<void> {
    const { features, numClasses, classifier, maxIterations, signal } = this.input;
    const loss: Loss = classifier === 'svm' ? squaredHinge(rows) : multinomialLogistic(rows, numClasses);
    const { groupSize } = loss;
    const firstClasses = Array.from({ length: numClasses / groupSize }, (_, index) => index * groupSize);
    const groups = firstClasses.flatMap((firstClass) => folds.map((fold) => ({ firstClass, fold })));
    const perGroup = workspaceBytesPerColumn(features.rows, features.columns) * groupSize;
    const groupsAtOnce = Math.max(
      1,
      Math.floor((this.input.workspaceBytes ?? workspaceBytesLimit) / perGroup),
    );
    for (let first = 0; first < groups.length; first += groupsAtOnce) {
      const turn = groups.slice(first, first + groupsAtOnce);
      const turnWeights = rowsOf(weights, first * groupSize, turn.length * groupSize);
      const problem = {
        products: this.products,
        features,
        loss,
        groups: turn,
        preconditioner: this.preconditioner,
        C,
        tolerance,
        maxIterations,
        signal,
      };
      const solved = await solveByNewton(problem, turnWeights, this.#workspace);
      onSolved({ groups: turn, ...solved });
    }
  }

  #meanOverFolds(weights: Matrix, foldCount: number): Matrix {
    const { numClasses, features, classifier } = this.input;
    const mean = allocateMatrix(numClasses, features.columns);
    // An SVM's columns lie class by class, a softmax's fold by fold.
    const groupSize = classifier === 'softmax' ? numClasses : 1;
    for (let column = 0; column < weights.rows; column++) {
      const group = Math.floor(column / groupSize);
      const target = classifier === 'softmax' ? column % numClasses : Math.floor(group / foldCount);
      const from = rowsOf(weights, column, 1).data;
      const to = rowsOf(mean, target, 1).data;
      for (let k = 0; k < to.length; k++) to[k] = (to[k] as number) + (from[k] as number) / foldCount;
    }
    return mean;
  }
}

/** Collects the best-scoring class of every held-out row as columns come in. */
class HeldOutPredictions {
  readonly #best: Float32Array;
  readonly #predicted: Int32Array;

  constructor(private readonly rows: TrainingRows) {
    this.#best = new Float32Array(rows.rowCount).fill(-Infinity);
    this.#predicted = new Int32Array(rows.rowCount).fill(-1);
  }

  /** @param scores float32 [groups · groupSize, rows] */
  add(groups: Group[], scores: Matrix, groupSize: number): void {
    const { rowCount, foldOfRow } = this.rows;
    groups.forEach(({ firstClass, fold }, index) => {
      for (let offset = 0; offset < groupSize; offset++) {
        const column = rowsOf(scores, index * groupSize + offset, 1).data;
        for (let row = 0; row < rowCount; row++) {
          const score = column[row] as number;
          if (foldOfRow[row] !== fold || score <= (this.#best[row] as number)) continue;
          this.#best[row] = score;
          this.#predicted[row] = firstClass + offset;
        }
      }
    });
  }

  /** The fraction of held-out rows named rightly, fold by fold. */
  accuracies(foldCount: number): number[] {
    const right = new Array<number>(foldCount).fill(0);
    const all = new Array<number>(foldCount).fill(0);
    this.rows.foldOfRow.forEach((fold, row) => {
      if (fold < 0) return;
      all[fold] = (all[fold] ?? 0) + 1;
      if (this.#predicted[row] === this.rows.labels[row]) right[fold] = (right[fold] ?? 0) + 1;
    });
    return right.map((count, fold) => count / (all[fold] as number));
  }
}
