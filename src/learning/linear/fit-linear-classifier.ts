import { chooseCandidate, gridOfC, isPastBest, type Candidate } from './choose-c.js';
import { estimateMemory, requireMemory } from './memory-estimate.js';
import { MatrixProducts, type Matrix } from './matrix-products.js';
import { PathSolver } from './path-solver.js';
import { reduceToRowSpace } from './row-space.js';
import { foldStandardization, standardizeFeatures } from './standardize-features.js';
import { dealStratifiedFolds } from './stratified-folds.js';

export interface LinearClassifierInput {
  /** float32 [rows, featureDim], row-major. Not written to. */
  features: Float32Array;
  /** int32 [rows], positions in a list of classes. */
  labels: Int32Array;
  featureDim: number;
  numClasses: number;
}

export interface LinearClassifierOptions {
  /** svm: squared hinge, one class against the rest. softmax: multinomial logistic. Both with an L2 penalty. */
  classifier: 'svm' | 'softmax';
  /** Inverse strength of the penalty on standardised features; undefined: chosen by cross-validation. */
  C: number | undefined;
  /** Parts of the cross-validation. */
  folds: number;
  /** Newton steps per value of C at most. */
  maxIterations: number;
  /** Decides which rows go to which fold. */
  seed: number;
  threads: number;
  /** Aborting throws the signal's reason within a product or two. */
  signal?: AbortSignal;
  /** Bytes the fit may use; undefined: what the machine has free. */
  memoryBytes?: number;
  /** Called for every value of C tried, with what is left to try at most. */
  onCandidate?: (candidate: Candidate, tried: number, total: number) => void;
  log?: (message: string) => void;
}

/** A linear classifier of raw features: scores = features · weights + bias. */
export interface LinearClassifier {
  /** float32 [featureDim, numClasses]. */
  weights: Float32Array;
  /** float32 [numClasses]. */
  bias: Float32Array;
  C: number;
  /** Empty when C was given, or could not be chosen because no class has two rows. */
  candidates: Candidate[];
  /** The penalised loss that was reached, on standardised features: summed over classes for an SVM. */
  objective: number;
  /** Bound of the objective's distance from its minimum, as a fraction of it: the largest of all classes. */
  relativeGap: number;
}

/** What C is when it is neither given nor can be chosen. */
const defaultC = { svm: 1, softmax: 10 };

/** Gaps at which a solution counts as solved: candidates are only compared by accuracy, the result is kept. */
const tolerances = { candidate: 1e-3, final: 1e-5 };

/**
 * Fits a linear classifier. Features are standardised inside and the scaling is folded into the result. Without a C the
 * path of candidates is solved once for all folds together, each value starting from the last; the result starts from
 * the mean of the folds' solutions at the chosen C.
 *
 * @throws ZooError NOT_ENOUGH_MEMORY before anything is allocated; FEATURES_NOT_FINITE on NaN or infinity.
 */
export async function fitLinearClassifier(
  input: LinearClassifierInput,
  options: LinearClassifierOptions,
): Promise<LinearClassifier> {
  const { labels, featureDim, numClasses } = input;
  const { classifier, signal } = options;
  const rows = labels.length;
  const folds =
    options.C === undefined
      ? dealStratifiedFolds(labels, numClasses, options.folds, options.seed)
      : undefined;
  const needed = estimateMemory({
    rows,
    featureDim,
    numClasses,
    classifier,
    foldCount: folds?.foldCount ?? 0,
  });
  requireMemory(needed, { rows, featureDim, numClasses }, options.memoryBytes);
  options.log?.(
    `Solving ${numClasses} classes on ${rows} × ${featureDim} features; this takes up to ${Math.ceil(needed / 1024 ** 2)} MiB of memory.`,
  );
  const standardized = standardizeFeatures(input.features, rows, featureDim);
  signal?.throwIfAborted();

  const products = new MatrixProducts(options.threads);
  try {
    const isWide = featureDim + 1 > rows;
    const space = isWide ? await reduceToRowSpace(products, standardized.matrix) : undefined;
    const solver = await PathSolver.create(products, {
      features: space?.matrix ?? standardized.matrix,
      labels,
      numClasses,
      classifier,
      maxIterations: options.maxIterations,
      signal,
    });
    let C = options.C ?? defaultC[classifier];
    let candidates: Candidate[] = [];
    let start: Matrix | undefined;
    if (folds !== undefined) {
      ({ candidates, C, start } = await searchPath(solver, folds, options));
    } else if (options.C === undefined) {
      options.log?.(`No class has two pictures, so C cannot be cross-validated; C = ${C} is used.`);
    }
    const solved = await solver.solve(C, tolerances.final, start);
    const weights = space === undefined ? solved.weights : await space.expand(solved.weights);
    return {
      ...foldStandardization(weights, standardized),
      C,
      candidates,
      objective: solved.objective,
      relativeGap: solved.relativeGap,
    };
  } finally {
    await products.release();
  }
}

async function searchPath(
  solver: PathSolver,
  folds: { foldCount: number; foldOfRow: Int32Array },
  { classifier, onCandidate }: LinearClassifierOptions,
): Promise<{ candidates: Candidate[]; C: number; start: Matrix | undefined }> {
  const grid = gridOfC[classifier];
  const candidates: Candidate[] = [];
  let start: Matrix | undefined;
  const path = solver.startPath(folds);
  for (const C of grid) {
    const { candidate, meanWeights } = await path.next(C, tolerances.candidate);
    candidates.push(candidate);
    if (chooseCandidate(candidates) === candidate) start = meanWeights;
    onCandidate?.(candidate, candidates.length, grid.length);
    if (isPastBest(candidates)) break;
  }
  return { candidates, C: chooseCandidate(candidates).C, start };
}
