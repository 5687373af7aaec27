import { LinearClassifierFit } from '../../learning/linear/fit-linear-classifier.js';
import type { FeatureCut, LabelledFeatures, LinearProbe } from '../contract.js';
import type { RunReporter } from './run-reporter.js';
import type { SplitFeatures } from './split-features.js';

export interface LinearProbesInput {
  features: SplitFeatures;
  numClasses: number;
  seed: number;
  threads: number;
  /** Resident memory that the process may plan with. */
  memoryBytes: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** With more pictures than this, cross-validation has fewer parts: its answer is sure enough, and it takes long. */
const manyPictures = 10_000;

/**
 * Linear probes of the frozen base model: softmax regression on the features at a cut, C by cross-validation on the
 * training pictures. Each is solved once in a run: as the start of a fine-tune, and as what it has to beat.
 */
export class LinearProbes {
  readonly #solved = new Map<string, LinearProbe>();

  constructor(private readonly input: LinearProbesInput) {}

  /** The probe at every cut, in their order. */
  async at(cuts: readonly FeatureCut[]): Promise<LinearProbe[]> {
    const features = await this.input.features.at('train', cuts);
    const probes: LinearProbe[] = [];
    for (const [index, cut] of cuts.entries()) {
      const key = JSON.stringify([cut.layer, cut.pooling, cut.inputSize]);
      const probe = this.#solved.get(key) ?? (await this.solve(cut, features[index] as LabelledFeatures));
      this.#solved.set(key, probe);
      probes.push(probe);
    }
    return probes;
  }

  private async solve(cut: FeatureCut, features: LabelledFeatures): Promise<LinearProbe> {
    const { numClasses, seed, threads, memoryBytes, signal, on } = this.input;
    const problem = await LinearClassifierFit.prepare(
      {
        features: features.data,
        labels: features.labels,
        featureDim: features.featureDim,
        numClasses,
      },
      {
        classifier: 'softmax',
        C: undefined,
        folds: features.rows > manyPictures ? 3 : 5,
        maxIterations: 100,
        seed,
        threads,
        memoryBytes: memoryBytes - process.memoryUsage.rss(),
        signal,
        onCandidate: (_candidate, tried, total) =>
          on.progress(`solving the linear probe at ${cut.layer}`, tried, total),
      },
    );
    try {
      const best = (await problem.crossValidate())?.best;
      const { weights, bias, C } = await problem.fit(best?.C);
      const crossValidated =
        best === undefined ? null : { accuracy: best.accuracy, standardError: best.standardError };
      on.log(
        `Linear probe at ${cut.layer}: C = ${C}${crossValidated === null ? '' : `, ${(100 * crossValidated.accuracy).toFixed(1)} % of held-out training pictures right`}.`,
      );
      return { cut, weights, bias, C, crossValidated };
    } finally {
      await problem.release();
    }
  }
}
