import { afterAll, describe, expect, it } from 'vitest';
import { fitLinearClassifier } from '../../src/learning/linear/fit-linear-classifier.js';
import { allocateMatrix, MatrixProducts } from '../../src/learning/linear/matrix-products.js';
import { PathSolver } from '../../src/learning/linear/path-solver.js';
import { largestFactored, SharedPreconditioner } from '../../src/learning/linear/preconditioner.js';
import { standardizeFeatures } from '../../src/learning/linear/standardize-features.js';
import { makeBlobs } from './blobs.js';

const products = new MatrixProducts(2);
afterAll(() => products.release());

describe('the shared preconditioner', () => {
  it('is the inverse of I + curvature · XᵀX', async () => {
    const rows = 12;
    const width = 7;
    const features = allocateMatrix(rows, width);
    features.data.forEach((_, at) => (features.data[at] = Math.sin(3 * at)));
    const curvature = 2.5;
    const preconditioner = await SharedPreconditioner.create(products, features);
    await preconditioner.update(curvature);
    const vector = allocateMatrix(1, width);
    vector.data.forEach((_, at) => (vector.data[at] = at - 3));
    const image = allocateMatrix(1, width);
    await preconditioner.apply(vector, image);
    // (I + curvature · XᵀX) · image is the vector again.
    for (let i = 0; i < width; i++) {
      let back = image.data[i] as number;
      for (let row = 0; row < rows; row++) {
        let score = 0;
        for (let j = 0; j < width; j++) {
          score += (features.data[row * width + j] as number) * (image.data[j] as number);
        }
        back += curvature * (features.data[row * width + i] as number) * score;
      }
      expect(back).toBeCloseTo(i - 3, 4);
    }
  });

  it('takes the diagonal alone where there are too many features to factor', async () => {
    const width = largestFactored + 3;
    const features = allocateMatrix(2, width);
    features.data.forEach((_, at) => (features.data[at] = (at % 5) - 2));
    const preconditioner = await SharedPreconditioner.create(products, features);
    await preconditioner.update(0.5);
    const vectors = allocateMatrix(2, width);
    vectors.data.forEach((_, at) => (vectors.data[at] = 1 + (at % 3)));
    const images = allocateMatrix(2, width);
    await preconditioner.apply(vectors, images);
    images.data.forEach((value, at) => {
      const column = at % width;
      const squares = ((column % 5) - 2) ** 2 + (((column + width) % 5) - 2) ** 2;
      expect(value).toBeCloseTo((1 + (at % 3)) / (1 + 0.5 * squares), 5);
    });
  });
});

describe.each(['svm', 'softmax'] as const)('a %s of more features than are factored', (classifier) => {
  it('reaches the minimum that a solve among the rows reaches', async () => {
    const input = makeBlobs({ rows: 50, featureDim: largestFactored + 4, numClasses: 3, spread: 3 });
    const { matrix } = standardizeFeatures(input.features, 50, input.featureDim);
    const common = { classifier, maxIterations: 100 };
    const solver = await PathSolver.create(products, { ...common, ...input, features: matrix });
    const byDiagonal = await solver.solve(3, 1e-6);
    const amongRows = await fitLinearClassifier(input, { ...common, C: 3, folds: 2, seed: 1, threads: 2 });
    expect(byDiagonal.relativeGap).toBeLessThanOrEqual(1e-6);
    expect(byDiagonal.objective / amongRows.objective).toBeCloseTo(1, 5);
  });
});
