/**
 * Weighted ridge regression without an intercept: the x for which Σ weight · (row · x − target)² + strength · |x|² is least,
 * by Gaussian elimination.
 */
export function solveRidge(matrix, targets, weights, strength) {
  const size = matrix[0]?.length ?? 0;
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from(
      { length: size },
      (_, j) =>
        matrix.reduce((sum, row, at) => sum + weights[at] * row[i] * row[j], 0) + (i === j ? strength : 0),
    ),
    matrix.reduce((sum, row, at) => sum + weights[at] * row[i] * targets[at], 0),
  ]);
  // Positive definite, so no rows have to change places.
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = system[row][pivot] / system[pivot][pivot];
      for (let column = pivot; column <= size; column++)
        system[row][column] -= factor * system[pivot][column];
    }
  }
  return system.map((row, index) => row[size] / row[index]);
}
