import type { Group, Loss } from './loss.js';
import { allocateMatrix, firstRows, type Matrix, type MatrixProducts } from './matrix-products.js';
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

interface Work {
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
interface State {
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
}

const maxConjugateSteps = 50;

/** Solves Hessian · step = −gradient for all active groups, loosely. Returns the passes over the features. */
async function findSteps(
  { products, features, loss, groups, preconditioner, C, signal }: NewtonProblem,
  state: State,
  work: Work,
  active: number[],
): Promise<number> {
  const { groupSize } = loss;
  let curvature = 0;
  active.forEach((group, at) => {
    curvature +=
      loss.meanCurvature(
        groupOf(groups, group),
        part(state.scores, group, groupSize),
        part(work.slopes, at, groupSize),
        C,
      ) / active.length;
  });
  await preconditioner.update(curvature);

  const count = active.length * groupSize;
  const residuals = firstRows(work.residuals, count);
  for (let at = 0; at < residuals.data.length; at++)
    residuals.data[at] = -(work.gradients.data[at] as number);
  work.steps.data.fill(0, 0, residuals.data.length);
  await preconditioner.apply(residuals, firstRows(work.directions, count));
  const energies = active.map((_, at) =>
    dot(part(work.residuals, at, groupSize), part(work.directions, at, groupSize)),
  );
  const goals = energies.map((energy) => energy * forcing * forcing);

  let productCount = 0;
  let running = active.map((_, at) => at);
  for (let step = 0; step < maxConjugateSteps && running.length > 0; step++) {
    signal?.throwIfAborted();
    const runningColumns = running.length * groupSize;
    const packed = firstRows(work.packed, runningColumns);
    const scores = firstRows(work.directionScores, runningColumns);
    const curved = firstRows(work.products, runningColumns);
    running.forEach((at, slot) =>
      part(work.packed, slot, groupSize).set(part(work.directions, at, groupSize)),
    );
    await products.multiply('right-transposed', packed, features, scores);
    running.forEach((at, slot) => {
      const group = active[at] as number;
      loss.applyCurvature(
        groupOf(groups, group),
        part(state.scores, group, groupSize),
        part(work.slopes, at, groupSize),
        C,
        part(scores, slot, groupSize),
      );
    });
    await products.multiply('plain', scores, features, curved);
    productCount += 2;

    running.forEach((at, slot) => {
      const direction = part(work.directions, at, groupSize);
      const image = part(work.products, slot, groupSize);
      addScaled(image, 1, direction);
      const length = (energies[at] as number) / dot(direction, image);
      addScaled(part(work.steps, at, groupSize), length, direction);
      addScaled(part(work.residuals, at, groupSize), -length, image);
      part(work.packed, slot, groupSize).set(part(work.residuals, at, groupSize));
    });
    await preconditioner.apply(packed, curved);
    running = running.filter((at, slot) => {
      const preconditioned = part(work.products, slot, groupSize);
      const energy = dot(part(work.residuals, at, groupSize), preconditioned);
      if (!(energy > (goals[at] as number))) return false;
      const ratio = energy / (energies[at] as number);
      const direction = part(work.directions, at, groupSize);
      for (let k = 0; k < direction.length; k++) {
        direction[k] = (preconditioned[k] as number) + ratio * (direction[k] as number);
      }
      energies[at] = energy;
      return true;
    });
  }
  return productCount;
}

/** Residual, in the preconditioner's norm, at which a Newton system counts as solved. */
const forcing = 0.1;

/** Moves every active group along its step, halved until the objective falls enough. Returns those that moved. */
async function takeSteps(
  { products, features, loss, groups, C }: NewtonProblem,
  state: State,
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

function groupOf(groups: Group[], index: number): Group {
  const group = groups[index];
  if (group === undefined) throw new RangeError(`there is no group ${index}`);
  return group;
}

/** The rows of one group in a matrix that holds `groupSize` rows per group. */
function part(matrix: Matrix, index: number, groupSize: number): Float32Array {
  const length = groupSize * matrix.columns;
  return matrix.data.subarray(index * length, (index + 1) * length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

/** target += factor · source */
function addScaled(target: Float32Array, factor: number, source: Float32Array): void {
  for (let at = 0; at < target.length; at++)
    target[at] = (target[at] as number) + factor * (source[at] as number);
}
