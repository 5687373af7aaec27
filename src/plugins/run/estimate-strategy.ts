import { ZooError } from '../../errors.js';
import type { SplitSummary } from '../../learning/dataset-manifest.js';
import { readDatasetFolder } from '../../learning/datasets/dataset-folder.js';
import { FeatureCache } from '../../learning/features/feature-cache.js';
import { stratifiedSubset } from '../../learning/transferability/stratified-subset.js';
import type { Estimate, EstimateContext, Strategy } from '../contract.js';
import { requireParameters } from '../parameters/validate-parameters.js';
import { LinearProbes } from './linear-probes.js';
import { requireApplicable } from './require-applicable.js';
import { requireEstimate } from './require-estimate.js';
import { openBase, plannedMemory, type RunInputs } from './run-inputs.js';
import { SplitFeatures } from './split-features.js';
import { partOfPictures, picturesOfSplit, summarizeIndex, type SplitPictures } from './split-pictures.js';

export interface EstimateInput extends Omit<RunInputs, 'outputFolder'> {
  /** As a caller sends them; defaults are filled in. */
  parameters: Record<string, unknown>;
  /** How many test pictures the data set has, where its folder holds none of them. */
  testSummary?: SplitSummary;
  /**
   * Training pictures that it is given features of, drawn evenly over the classes: those the advisor looked at, who draws
   * them by the same seed. Left out: all.
   */
  pictures?: number;
  /** Pictures that the base takes each second here, as the advisor measured it. */
  picturesPerSecond: number;
}

/**
 * Asks a strategy what would come of a job, without training. Like `fitStrategy` it runs a strategy's code; the data-set
 * folder need not hold the test split. The same input and seed give the same answer of a strategy that keeps the contract.
 *
 * @returns what the strategy says, held to the contract.
 * @throws ZooError ESTIMATE_INVALID, STRATEGY_PARAMETERS_INVALID, STRATEGY_NOT_APPLICABLE, and what loading, decoding and
 *   the strategy throw; `signal.reason` when aborted
 */
export async function estimateStrategy(strategy: Strategy, input: EstimateInput): Promise<Estimate> {
  const { signal, on, threads, seed, picturesPerSecond } = input;
  if (strategy.estimate === undefined) {
    throw new ZooError('ESTIMATE_INVALID', `${strategy.name} ${strategy.version} has no estimate.`);
  }
  const parameters = requireParameters(strategy, input.parameters);
  const { base, baseAt } = await openBase(input.baseFolder);
  const dataset = await readDatasetFolder(input.datasetFolder);
  try {
    const summary = summarizeIndex(dataset.index);
    const { testSummary = summary.splits.test } = input;
    const data = { ...summary, splits: { ...summary.splits, test: testSummary } };
    requireApplicable(strategy, base.manifest, data, parameters);
    signal.throwIfAborted();

    const pictures = { train: drawPictures(picturesOfSplit(dataset, 'train'), input) };
    const cache = new FeatureCache(input.cacheFolder, input.cacheBytes);
    const features = new SplitFeatures({ baseAt, pictures, cache, threads, signal, on });
    const memoryBytes = plannedMemory(input);
    const numClasses = data.classes.length;
    const probes = new LinearProbes({ features, numClasses, seed, threads, memoryBytes, signal, on });
    const context: EstimateContext = {
      parameters,
      base: base.manifest,
      data,
      seed,
      threads,
      memoryBytes,
      signal,
      picturesPerSecond,
      features: async (cut) => {
        const [matrix] = await features.at('train', [cut]);
        if (matrix === undefined) throw new RangeError(`no features came back for layer ${cut.layer}`);
        return matrix;
      },
      featuresAtCuts: (cuts) => features.at('train', cuts),
      probes: (cuts) => probes.at(cuts),
    };
    const { estimate } = await strategy.estimate();
    const answered = await estimate(context);
    signal.throwIfAborted();
    return requireEstimate(strategy.name, answered);
  } finally {
    await dataset.close();
  }
}

function drawPictures(
  train: SplitPictures,
  { pictures, seed }: Pick<EstimateInput, 'pictures' | 'seed'>,
): SplitPictures {
  if (pictures === undefined || pictures >= train.source.count) return train;
  return partOfPictures(train, stratifiedSubset(train.labels, pictures, seed));
}
