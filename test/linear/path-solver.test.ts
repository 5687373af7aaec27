import { afterAll, describe, expect, it } from 'vitest';
import { MatrixProducts } from '../../src/learning/linear/matrix-products.js';
import { PathSolver } from '../../src/learning/linear/path-solver.js';
import { standardizeFeatures } from '../../src/learning/linear/standardize-features.js';
import { dealStratifiedFolds } from '../../src/learning/linear/stratified-folds.js';
import { makeBlobs } from './blobs.js';

const products = new MatrixProducts(2);
afterAll(() => products.release());

const { features, labels, featureDim, numClasses } = makeBlobs({
  rows: 150,
  featureDim: 16,
  numClasses: 5,
  spread: 2,
});

function createSolver(classifier: 'svm' | 'softmax', workspaceBytes?: number): Promise<PathSolver> {
  const { matrix } = standardizeFeatures(features, labels.length, featureDim);
  return PathSolver.create(products, {
    features: matrix,
    labels,
    numClasses,
    classifier,
    maxIterations: 100,
    workspaceBytes,
  });
}

const folds = dealStratifiedFolds(labels, numClasses, 3, 1);
if (folds === undefined) throw new Error('these rows can be dealt');

describe.each(['svm', 'softmax'] as const)('the path of a %s', (classifier) => {
  it('is the same whether all columns are solved at once or in turns', async () => {
    const [whole, turns] = [await createSolver(classifier), await createSolver(classifier, 1)];
    const [together, oneByOne] = [whole.startPath(folds), turns.startPath(folds)];
    for (const C of [0.3, 3]) {
      const [a, b] = [await together.next(C, 1e-6), await oneByOne.next(C, 1e-6)];
      expect(b.candidate).toEqual(a.candidate);
      const largest = Math.max(...a.meanWeights.data.map((value) => Math.abs(value)));
      a.meanWeights.data.forEach((value, at) =>
        expect(Math.abs(value - (b.meanWeights.data[at] as number))).toBeLessThan(3e-3 * largest),
      );
    }
  });

  it('holds rows out: a fold’s solution is the one that its training rows give alone', async () => {
    const { candidate } = await (await createSolver(classifier)).startPath(folds).next(1, 1e-6);
    const { matrix } = standardizeFeatures(features, labels.length, featureDim);
    let right = 0;
    for (let fold = 0; fold < folds.foldCount; fold++) {
      const kept = [...labels.keys()].filter((row) => folds.foldOfRow[row] !== fold);
      const held = [...labels.keys()].filter((row) => folds.foldOfRow[row] === fold);
      const rowOf = (row: number) => matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns);
      const alone = await PathSolver.create(products, {
        features: {
          rows: kept.length,
          columns: matrix.columns,
          data: Float32Array.from(kept.flatMap((row) => [...rowOf(row)])),
        },
        labels: Int32Array.from(kept, (row) => labels[row] as number),
        numClasses,
        classifier,
        maxIterations: 100,
      });
      const { weights } = await alone.solve(1, 1e-6);
      let rightHere = 0;
      for (const row of held) {
        const scores = Array.from({ length: numClasses }, (_, k) =>
          rowOf(row).reduce(
            (sum, value, j) => sum + value * (weights.data[k * matrix.columns + j] as number),
            0,
          ),
        );
        if (scores.indexOf(Math.max(...scores)) === labels[row]) rightHere++;
      }
      right += rightHere / held.length;
    }
    expect(candidate.accuracy).toBeCloseTo(right / folds.foldCount, 9);
  });
});
