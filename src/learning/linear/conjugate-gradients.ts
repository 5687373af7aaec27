import { firstRows } from './matrix-products.js';
import type { NewtonProblem } from './newton-cg.js';
import { addScaled, dot, groupOf, part, type NewtonState, type Work } from './newton-workspace.js';

const maxConjugateSteps = 50;

/**
 * Solves Hessian · step = −gradient for all active groups at once, loosely, by preconditioned conjugate gradients; a system
 * that is solved leaves the products. The steps stand in `work.steps`. Returns the passes over the features.
 *
 * @see Nocedal & Wright, "Numerical Optimization", 2nd edition, algorithm 5.3 (preconditioned CG)
 */
export async function findSteps(
  { products, features, loss, groups, preconditioner, C, signal }: NewtonProblem,
  state: NewtonState,
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
  const energies = active.map((_, at) => {
    const residual = part(work.residuals, at, groupSize);
    const direction = part(work.directions, at, groupSize);
    const energy = dot(residual, direction);
    if (energy > 0) return energy;
    // Rounding has made the preconditioner useless here: plain steepest descent still descends.
    direction.set(residual);
    return dot(residual, residual);
  });
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
