import { findSteps } from './conjugate-gradients.js';
import type { Group, Loss } from './loss.js';
import { firstRows, type Matrix, type MatrixProducts } from './matrix-products.js';
import {
  addScaled,
  dot,
  groupOf,
  part,
  type NewtonState,
  type NewtonWorkspace,
  type Work,
} from './newton-workspace.js';
import type { SharedPreconditioner } from './preconditioner.js';

/** min over weights of ½‖weights‖² + loss(features · weights), for many groups of columns at once. */
export interface NewtonProblem {
  products: MatrixProducts;
  /** float32 [rows, features]. */
  features: Matrix;
  loss: Loss;
  groups: Group[];
  preconditioner: SharedPreconditioner;
  C: number;
  /** A group is done when its duality gap is at most this fraction of its objective. */
  tolerance: number;
  maxIterations: number;
  /** Aborting throws the signal's reason between two products. */
  signal?: AbortSignal;
}

export interface NewtonResult {
  /** float32 [groups · groupSize, rows]: features · weights, held-out rows included. Lives until the next solve. */
  scores: Matrix;
  /** ½‖weights‖² + loss of each group. */
  objectives: Float64Array;
  /** Upper bound of each group's distance from its minimum, as a fraction of its objective. */
  relativeGaps: Float64Array;
  iterations: number;
  /** Passes over the features. */
  productCount: number;
}

/**
 * Solves all groups together by truncated Newton steps: every product with the features serves all columns that are
 * not done yet, so the arithmetic is matrix products. Each step is solved by conjugate gradients with one shared
 * preconditioner and made safe by halving.
 *
 * The stopping rule is a certificate: the objective is strongly convex with modulus 1, so its distance from the
 * minimum is at most ½‖gradient‖². For the squared hinge that is exactly the duality gap at α = 2C·max(0, 1 − y·score).
 *
 * @param weights float32 [groups · groupSize, features], a row per column of the problem: where to start, and in the
 *   end the solution
 * @see Lin, Weng & Keerthi, "Trust Region Newton Method for Large-Scale Logistic Regression", 2008
 * @see Nocedal & Wright, "Numerical Optimization", 2nd edition, algorithm 7.1 (line search Newton-CG)
 */
export async function solveByNewton(
  problem: NewtonProblem,
  weights: Matrix,
  workspace: NewtonWorkspace,
): Promise<NewtonResult> {
  const { products, features, loss, groups, C, tolerance, maxIterations, signal } = problem;
  const { groupSize } = loss;
  const columns = groups.length * groupSize;
  const objectives = new Float64Array(groups.length);
  const relativeGaps = new Float64Array(groups.length);
  const work = workspace.take(columns);
  const state = { weights, scores: work.scores };
  let productCount = 1;
  let active = groups.map((_, index) => index);
  await products.multiply('right-transposed', state.weights, features, state.scores);

  for (let iteration = 0; ; iteration++) {
    signal?.throwIfAborted();
    // Gradients of the active groups: weights + Xᵀ · slopes.
    active.forEach((group, at) => {
      const value = loss.evaluate(
        groupOf(groups, group),
        part(state.scores, group, groupSize),
        C,
        part(work.slopes, at, groupSize),
      );
      objectives[group] =
        value + 0.5 * dot(part(state.weights, group, groupSize), part(state.weights, group, groupSize));
    });
    const activeColumns = active.length * groupSize;
    await products.multiply(
      'plain',
      firstRows(work.slopes, activeColumns),
      features,
      firstRows(work.gradients, activeColumns),
    );
    productCount++;
    const kept: number[] = [];
    active.forEach((group, at) => {
      const gradient = part(work.gradients, at, groupSize);
      addScaled(gradient, 1, part(state.weights, group, groupSize));
      const gap = 0.5 * dot(gradient, gradient);
      const objective = objectives[group] as number;
      if (!Number.isFinite(objective) || !Number.isFinite(gap)) {
        throw new RangeError(
          'the objective is not finite: the features hold NaN or values too large for float32',
        );
      }
      relativeGaps[group] = objective > 0 ? gap / objective : 0;
      if ((relativeGaps[group] as number) <= tolerance) return;
      if (kept.length < at) {
        part(work.gradients, kept.length, groupSize).set(gradient);
        part(work.slopes, kept.length, groupSize).set(part(work.slopes, at, groupSize));
      }
      kept.push(group);
    });
    active = kept;
    if (active.length === 0 || iteration === maxIterations) {
      return { scores: work.scores, objectives, relativeGaps, iterations: iteration, productCount };
    }
    productCount += await findSteps(problem, state, work, active);
    active = await takeSteps(problem, state, work, active, objectives);
    productCount++;
    if (active.length === 0) {
      return { scores: work.scores, objectives, relativeGaps, iterations: iteration + 1, productCount };
    }
  }
}

/** Moves every active group along its step, halved until the objective falls enough. Returns those that moved. */
async function takeSteps(
  { products, features, loss, groups, C }: NewtonProblem,
  state: NewtonState,
  work: Work,
  active: number[],
  objectives: Float64Array,
): Promise<number[]> {
  const { groupSize } = loss;
  const count = active.length * groupSize;
  const changes = firstRows(work.directionScores, count);
  await products.multiply('right-transposed', firstRows(work.steps, count), features, changes);
  return active.filter((group, at) => {
    const weights = part(state.weights, group, groupSize);
    const scores = part(state.scores, group, groupSize);
    const step = part(work.steps, at, groupSize);
    const change = part(changes, at, groupSize);
    const slope = dot(part(work.gradients, at, groupSize), step);
    const weightsByStep = dot(weights, step);
    const stepSquared = dot(step, step);
    const normBefore = dot(weights, weights);
    const before = objectives[group] as number;
    for (let length = 1; length > 1e-4; length /= 2) {
      const norm = normBefore + 2 * length * weightsByStep + length * length * stepSquared;
      const after = 0.5 * norm + loss.evaluateAlong(groupOf(groups, group), scores, change, length, C);
      if (after <= before + 1e-4 * length * slope) {
        addScaled(weights, length, step);
        addScaled(scores, length, change);
        return true;
      }
    }
    // No length helps: rounding is all that is left to gain.
    return false;
  });
}
