import type { TrainingData } from '../../data/training-data.js';

/** Some of the examples, as data of their own; nothing is copied. */
export function subsetOf(data: TrainingData, rows: Int32Array): TrainingData {
  return {
    count: rows.length,
    labels: Int32Array.from(rows, (row) => data.labels[row] ?? 0),
    inputShape: data.inputShape,
    views: data.views,
    read: (indices, view, signal) =>
      data.read(
        indices.map((index) => rows[index] ?? 0),
        view,
        signal,
      ),
  };
}
