import type { Evaluation } from '../evaluation.js';

/** `matrix[actual][predicted]`: how many pictures of a class were named as each class. */
export function countConfusion(labels: Int32Array, predicted: Int32Array, numClasses: number): number[][] {
  const matrix = Array.from({ length: numClasses }, () => new Array<number>(numClasses).fill(0));
  labels.forEach((label, picture) => {
    const row = matrix[label];
    const column = predicted[picture] as number;
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  });
  return matrix;
}

/**
 * Precision, recall and F1 of each class. Precision is null where a class was never predicted, recall where it has no
 * picture, F1 where it has neither; a class that has pictures but was never hit has F1 0.
 */
export function describeClasses(confusion: number[][], classes: string[]): Evaluation['perClass'] {
  return classes.map((name, label) => {
    const right = confusion[label]?.[label] ?? 0;
    const imageCount = (confusion[label] ?? []).reduce((sum, count) => sum + count, 0);
    const predictedCount = confusion.reduce((sum, row) => sum + (row[label] ?? 0), 0);
    return {
      class: name,
      imageCount,
      precision: predictedCount === 0 ? null : right / predictedCount,
      recall: imageCount === 0 ? null : right / imageCount,
      // 2PR / (P + R), written so that it is defined as long as the class occurs on either side.
      f1: imageCount + predictedCount === 0 ? null : (2 * right) / (imageCount + predictedCount),
    };
  });
}

/** Mean of the values that exist; 0 where none does. */
export function meanOfKnown(values: (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
