/** The rows of a training problem and which of them each group of columns leaves out. */
export interface TrainingRows {
  rowCount: number;
  /** int32 [rowCount], class of each row. */
  labels: Int32Array;
  /** int32 [rowCount], fold of each row; −1: in every group's training part. */
  foldOfRow: Int32Array;
}

/**
 * What is fitted together: columns that share one step length. One column for an SVM's class, all classes of a softmax.
 */
export interface Group {
  /** First class of the group; its columns are the classes from here on. */
  firstClass: number;
  /** Rows of this fold are left out; −1: none is. */
  fold: number;
}

/**
 * A convex loss of scores. Scores are held column by column, float32 [columns of the group, rows]; all values include
 * the factor C. Held-out rows contribute nothing.
 */
export interface Loss {
  /** Columns of every group. */
  groupSize: number;
  /** Loss of one group and its derivative by each score, written to `slopes`. */
  evaluate(group: Group, scores: Float32Array, C: number, slopes: Float32Array): number;
  /** Loss of one group at `scores + step · direction`. */
  evaluateAlong(group: Group, scores: Float32Array, direction: Float32Array, step: number, C: number): number;
  /**
   * In place: direction ← second derivative at `scores` · direction. `slopes` is what `evaluate` wrote there.
   */
  applyCurvature(
    group: Group,
    scores: Float32Array,
    slopes: Float32Array,
    C: number,
    direction: Float32Array,
  ): void;
  /** Mean of the second derivative over rows and columns at `scores`, for the preconditioner. */
  meanCurvature(group: Group, scores: Float32Array, slopes: Float32Array, C: number): number;
}
