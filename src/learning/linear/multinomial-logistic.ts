import type { Loss, TrainingRows } from './loss.js';

/**
 * The multinomial logistic loss (softmax cross-entropy): −C · Σ log softmax(scores)[label]. All classes belong together.
 * The slope of a score is C · (probability − 1 for the label), so the probabilities need not be kept beside it.
 *
 * @see Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.3.4
 */
export function multinomialLogistic({ rowCount, labels, foldOfRow }: TrainingRows, numClasses: number): Loss {
  const isLeftOut = (fold: number, row: number) => fold >= 0 && foldOfRow[row] === fold;

  return {
    groupSize: numClasses,

    evaluate({ fold }, scores, C, slopes) {
      let sum = 0;
      for (let row = 0; row < rowCount; row++) {
        if (isLeftOut(fold, row)) {
          for (let at = row; at < scores.length; at += rowCount) slopes[at] = 0;
          continue;
        }
        let largest = -Infinity;
        for (let at = row; at < scores.length; at += rowCount)
          largest = Math.max(largest, scores[at] as number);
        let total = 0;
        for (let at = row; at < scores.length; at += rowCount) {
          const power = Math.exp((scores[at] as number) - largest);
          slopes[at] = power;
          total += power;
        }
        const scale = C / total;
        for (let at = row; at < scores.length; at += rowCount) slopes[at] = (slopes[at] as number) * scale;
        const own = row + (labels[row] as number) * rowCount;
        sum += Math.log(total) + largest - (scores[own] as number);
        slopes[own] = (slopes[own] as number) - C;
      }
      return C * sum;
    },

    evaluateAlong({ fold }, scores, direction, step, C) {
      let sum = 0;
      for (let row = 0; row < rowCount; row++) {
        if (isLeftOut(fold, row)) continue;
        let largest = -Infinity;
        for (let at = row; at < scores.length; at += rowCount) {
          largest = Math.max(largest, (scores[at] as number) + step * (direction[at] as number));
        }
        let total = 0;
        for (let at = row; at < scores.length; at += rowCount) {
          total += Math.exp((scores[at] as number) + step * (direction[at] as number) - largest);
        }
        const own = row + (labels[row] as number) * rowCount;
        sum += Math.log(total) + largest - (scores[own] as number) - step * (direction[own] as number);
      }
      return C * sum;
    },

    // C · (diag(p) − p pᵀ) · direction, row by row.
    applyCurvature({ fold }, _scores, slopes, C, direction) {
      for (let row = 0; row < rowCount; row++) {
        const own = row + (labels[row] as number) * rowCount;
        if (isLeftOut(fold, row)) {
          for (let at = row; at < direction.length; at += rowCount) direction[at] = 0;
          continue;
        }
        let mean = 0;
        for (let at = row; at < direction.length; at += rowCount) {
          mean += (((slopes[at] as number) + (at === own ? C : 0)) / C) * (direction[at] as number);
        }
        for (let at = row; at < direction.length; at += rowCount) {
          const weight = (slopes[at] as number) + (at === own ? C : 0);
          direction[at] = weight * ((direction[at] as number) - mean);
        }
      }
    },

    meanCurvature({ fold }, _scores, slopes, C) {
      let sum = 0;
      for (let row = 0; row < rowCount; row++) {
        if (isLeftOut(fold, row)) continue;
        const own = row + (labels[row] as number) * rowCount;
        for (let at = row; at < slopes.length; at += rowCount) {
          const weight = (slopes[at] as number) + (at === own ? C : 0);
          sum += weight * (1 - weight / C);
        }
      }
      return sum / slopes.length;
    },
  };
}
