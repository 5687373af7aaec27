import type { Loss, TrainingRows } from './loss.js';

/**
 * The squared hinge loss of one class against the rest: C · Σ max(0, 1 − y·score)², y = +1 for the class and −1 for all
 * others. Differentiable, with a piecewise constant second derivative 2C on rows inside the margin.
 *
 * @see Fan et al., "LIBLINEAR: A Library for Large Linear Classification", 2008, equation 2 (L2-loss SVC)
 */
export function squaredHinge({ rowCount, labels, foldOfRow }: TrainingRows): Loss {
  return {
    groupSize: 1,

    evaluate({ firstClass, fold }, scores, C, slopes) {
      let sum = 0;
      for (let row = 0; row < rowCount; row++) {
        const sign = labels[row] === firstClass ? 1 : -1;
        const margin = 1 - sign * (scores[row] as number);
        if (margin > 0 && (fold < 0 || foldOfRow[row] !== fold)) {
          sum += margin * margin;
          slopes[row] = -2 * C * sign * margin;
        } else {
          slopes[row] = 0;
        }
      }
      return C * sum;
    },

    evaluateAlong({ firstClass, fold }, scores, direction, step, C) {
      let sum = 0;
      for (let row = 0; row < rowCount; row++) {
        const sign = labels[row] === firstClass ? 1 : -1;
        const margin = 1 - sign * ((scores[row] as number) + step * (direction[row] as number));
        if (margin > 0 && (fold < 0 || foldOfRow[row] !== fold)) sum += margin * margin;
      }
      return C * sum;
    },

    // Rows inside the margin are those with a slope.
    applyCurvature(_group, _scores, slopes, C, direction) {
      const curvature = 2 * C;
      for (let row = 0; row < rowCount; row++) {
        direction[row] = slopes[row] === 0 ? 0 : curvature * (direction[row] as number);
      }
    },

    meanCurvature(_group, _scores, slopes, C) {
      let inside = 0;
      for (let row = 0; row < rowCount; row++) if (slopes[row] !== 0) inside++;
      return (2 * C * inside) / rowCount;
    },
  };
}
