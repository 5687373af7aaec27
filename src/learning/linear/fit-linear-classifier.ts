import { chooseCandidate, gridOfC, isPastBest, type Candidate } from './choose-c.js';
import { planLinearMemory } from './memory-estimate.js';
import { MatrixProducts, type Matrix } from './matrix-products.js';
import { PathSolver } from './path-solver.js';
import { reduceToRowSpace, type RowSpace } from './row-space.js';
import {
  foldStandardization,
  standardizeFeatures,
  type StandardizedFeatures,
} from './standardize-features.js';
import { dealStratifiedFolds } from './stratified-folds.js';

/** Features with their labels, for a linear classifier. */
export interface LinearClassifierInput {
  /** float32 [rows, featureDim], row-major. Not written to. */
  features: Float32Array;
  /** int32 [rows], positions in a list of classes. */
  labels: Int32Array;
  featureDim: number;
  numClasses: number;
}

/** Which linear classifier is fitted, how, and with what means. */
export interface LinearClassifierOptions {
  /** svm: squared hinge, one class against the rest. softmax: multinomial logistic. Both with an L2 penalty. */
  classifier: 'svm' | 'softmax';
  /** Inverse strength of the penalty on standardised features; undefined: chosen by cross-validation. */
  C: number | undefined;
  /** Values of C that cross-validation compares, smallest first; left out: two per decade. */
  path?: readonly number[];
  /** Parts of the cross-validation. */
  folds: number;
  /** Newton steps per value of C at most. */
  maxIterations: number;
  /** Decides which rows go to which fold. */
  seed: number;
  threads: number;
  /** Aborting throws the signal's reason within a product or two. */
  signal?: AbortSignal;
  /** Bytes the fit may take beside its features; undefined: what the machine has free. */
  memoryBytes?: number;
  /** Called for every value of C tried, with how many were and how many may be. */
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
  /** The penalised loss that was reached, on standardised features: summed over classes for an SVM. */
  objective: number;
  /** Bound of the objective's distance from its minimum, as a fraction of it: the largest of all classes. */
  relativeGap: number;
}

/** What C is when it is neither given nor can be chosen. */
const defaultC = { svm: 1, softmax: 10 };

/** Gaps at which a solution counts as solved: candidates are only compared by accuracy, the result is kept. */
const tolerances = { candidate: 1e-2, final: 1e-6 };

/**
 * Fits linear classifiers to one set of features: cross-validates values of C, fits at one of them. Features are
 * standardised inside and the scaling is folded into the result. Release it after use.
 */
export class LinearClassifierFit {
  /** Solutions of the cross-validation, averaged over folds: where a fit on all rows starts. */
  readonly #starts = new Map<number, Matrix>();

  private constructor(
    private readonly input: LinearClassifierInput,
    private readonly options: LinearClassifierOptions,
    private readonly standardized: StandardizedFeatures,
    private readonly products: MatrixProducts,
    private readonly solver: PathSolver,
    private readonly rowSpace: RowSpace | undefined,
  ) {}

  /**
   * @throws ZooError TRAINING_MEMORY_INSUFFICIENT before anything is allocated; FEATURES_NOT_FINITE on NaN or infinity
   */
  static async prepare(
    input: LinearClassifierInput,
    options: LinearClassifierOptions,
  ): Promise<LinearClassifierFit> {
    const { labels, featureDim, numClasses } = input;
    const { classifier, folds, maxIterations, signal, threads } = options;
    const rows = labels.length;
    const size = { rows, featureDim, numClasses, classifier, foldCount: folds };
    const { neededBytes, workspaceBytes } = planLinearMemory(size, options.memoryBytes);
    options.log?.(
      `Solving ${numClasses} classes on ${rows} × ${featureDim} features; this takes up to ${Math.ceil(neededBytes / 1024 ** 2)} MiB of memory.`,
    );
    const standardized = standardizeFeatures(input.features, rows, featureDim);
    signal?.throwIfAborted();
    const products = new MatrixProducts(threads);
    try {
      const isWide = featureDim + 1 > rows;
      const rowSpace = isWide ? await reduceToRowSpace(products, standardized.matrix, signal) : undefined;
      const solver = await PathSolver.create(products, {
        features: rowSpace?.matrix ?? standardized.matrix,
        labels,
        numClasses,
        classifier,
        maxIterations,
        signal,
        workspaceBytes,
      });
      return new LinearClassifierFit(input, options, standardized, products, solver, rowSpace);
    } catch (error) {
      await products.release();
      throw error;
    }
  }

  /**
   * Solves the path of candidates (only C, if it is given) for all folds together, each value starting from the last.
   * Undefined where no class has two rows, so that nothing can be held out.
   */
  async crossValidate(): Promise<{ candidates: Candidate[]; best: Candidate } | undefined> {
    const {
      classifier,
      C: given,
      path: wantedPath = gridOfC[classifier],
      folds: wanted,
      seed,
    } = this.options;
    const folds = dealStratifiedFolds(this.input.labels, this.input.numClasses, wanted, seed);
    if (folds === undefined) return undefined;
    const grid = given === undefined ? wantedPath : [given];
    const candidates: Candidate[] = [];
    const path = this.solver.startPath(folds);
    for (const C of grid) {
      const { candidate, meanWeights } = await path.next(C, tolerances.candidate);
      candidates.push(candidate);
      if (chooseCandidate(candidates) === candidate) {
        this.#starts.clear();
        this.#starts.set(C, meanWeights);
      }
      this.options.onCandidate?.(candidate, candidates.length, grid.length);
      if (isPastBest(candidates)) break;
    }
    // Other cuts may be tried before this one is fitted.
    this.solver.rest();
    return { candidates, best: chooseCandidate(candidates) };
  }

  /** Fits on all rows. */
  async fit(C: number = this.options.C ?? defaultC[this.options.classifier]): Promise<LinearClassifier> {
    const solved = await this.solver.solve(C, tolerances.final, this.#starts.get(C));
    const weights = await (this.rowSpace?.expand(solved.weights) ?? solved.weights);
    return {
      ...foldStandardization(weights, this.standardized),
      C,
      objective: solved.objective,
      relativeGap: solved.relativeGap,
    };
  }

  /** Frees what the engine holds. */
  async release(): Promise<void> {
    await this.products.release();
  }
}

/**
 * Fits a linear classifier, with C chosen by cross-validation unless it is given.
 *
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT, FEATURES_NOT_FINITE
 */
export async function fitLinearClassifier(
  input: LinearClassifierInput,
  options: LinearClassifierOptions,
): Promise<LinearClassifier> {
  const problem = await LinearClassifierFit.prepare(input, options);
  try {
    const validated = options.C === undefined ? await problem.crossValidate() : undefined;
    return await problem.fit(validated?.best.C);
  } finally {
    await problem.release();
  }
}
