import { ZooError } from '../errors.js';
import { readDatasetFolder, type DatasetFolder } from '../learning/datasets/dataset-folder.js';
import { evaluate } from '../learning/evaluation/evaluate.js';
import type { Evaluation } from '../learning/evaluation.js';
import { classify } from '../learning/features/classify.js';
import { FeatureCache } from '../learning/features/feature-cache.js';
import type { ModelManifest } from '../learning/model-manifest.js';
import { composeClassifier } from '../learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, filesOfFolder } from '../learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../learning/tfjs-layers/network.js';
import type { FittedModel, Strategy } from './contract.js';
import { createFitContext, type RunReporter } from './fit-context.js';
import { loadStrategies } from './loader.js';
import { measureLatency } from './measure-model.js';
import { requireFitted } from './require-fitted.js';
import { picturesOfSplit, summarizeIndex } from './split-pictures.js';
import { validateParameters } from './validate-parameters.js';
import { writeVersionFiles, type VersionFileFact } from './write-version-files.js';

export interface RunInput {
  /** Name of an installed strategy. */
  strategy: string;
  /** As a caller sends them; defaults are filled in. */
  parameters: Record<string, unknown>;
  /** Files of the base version. */
  baseFolder: string;
  /** Files of the data-set version. */
  datasetFolder: string;
  /** Where features are kept across runs, and how many bytes they may take there. */
  cacheFolder: string;
  cacheBytes: number;
  /** Receives the new version's files that the base does not have. */
  outputFolder: string;
  seed: number;
  threads: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** What a run made. The files of it that are new lie in the output folder. */
export interface RunResult {
  strategy: { name: string; version: string };
  /** With the defaults filled in. */
  parameters: Record<string, unknown>;
  /** What the strategy chose by itself, for the card. */
  chosen: Record<string, string | number>;
  /** Every file of the version; those that are not `isNew` are files of the base version, under this path or another. */
  files: VersionFileFact[];
  manifest: ModelManifest;
  evaluation: Evaluation;
  measurements: {
    parameterCount: number;
    /** Of all the version's files. */
    sizeBytes: number;
    /** One picture at a time, decoding not included. */
    latencyMsPerImage: number;
  };
  trainImageCount: number;
}

/**
 * Runs a strategy on a base model and a data set that lie in folders: fits, composes the new model, measures it on the
 * test split with the files as they will be published, and writes those files. The strategy never sees the test split
 * and never grades itself. The same input and seed give the same bytes on one engine.
 *
 * @throws ZooError STRATEGY_UNKNOWN, STRATEGY_PARAMETERS_INVALID, STRATEGY_NOT_APPLICABLE, STRATEGY_RESULT_INVALID,
 *   EVALUATION_IMPOSSIBLE, and what loading, decoding and the strategy throw; `signal.reason` when aborted
 */
export async function runStrategy(input: RunInput): Promise<RunResult> {
  const { signal, on, threads, seed } = input;
  const strategy = await findStrategy(input.strategy);
  const parameters = requireParameters(strategy, input.parameters);
  const baseFiles = filesOfFolder(input.baseFolder);
  const base = await loadTfjsLayers(baseFiles);
  const baseAt = (size: number | undefined): Promise<LoadedModel> =>
    size === undefined
      ? Promise.resolve(base)
      : loadTfjsLayers(baseFiles, { input: { height: size, width: size } });
  const dataset = await readDatasetFolder(input.datasetFolder);
  try {
    const data = summarizeIndex(dataset.index);
    requireApplicable(strategy, strategy.check(base.manifest, data, parameters));
    signal.throwIfAborted();

    const { fit } = await strategy.load();
    const fitted = await fit(
      createFitContext({
        parameters,
        base,
        baseAt,
        data,
        pictures: {
          train: picturesOfSplit(dataset, 'train'),
          validation: picturesOfSplit(dataset, 'validation'),
        },
        cache: new FeatureCache(input.cacheFolder, input.cacheBytes),
        seed,
        threads,
        signal,
        on,
      }),
    );
    signal.throwIfAborted();
    requireFitted(strategy.name, fitted, base.manifest, data.classes.length);

    on.progress('writing the model', 0, 1);
    const { files } = composeClassifier(await baseAt(fitted.cut.inputSize), fitted, data.classes);
    // Read back what is published: the evaluation is of the files, not of what made them.
    const exported = await loadTfjsLayers(filesInMemory(files));
    const facts = await writeVersionFiles(files, input.baseFolder, input.outputFolder);
    on.progress('writing the model', 1, 1);

    const evaluation = await evaluateExported(exported, fitted, dataset, input);
    on.metric('test/accuracy', evaluation.accuracy, 1);
    return {
      strategy: { name: strategy.name, version: strategy.version },
      parameters,
      chosen: fitted.chosen,
      files: facts,
      manifest: exported.manifest,
      evaluation,
      measurements: {
        parameterCount: exported.manifest.parameterCount,
        sizeBytes: facts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        latencyMsPerImage: await measureLatency(exported, threads, signal),
      },
      trainImageCount: data.splits.train.imageCount,
    };
  } finally {
    await dataset.close();
  }
}

async function evaluateExported(
  model: LoadedModel,
  { activation }: FittedModel,
  dataset: DatasetFolder,
  { threads, signal, on, seed }: RunInput,
): Promise<Evaluation> {
  const { source, labels, isNearDuplicate } = picturesOfSplit(dataset, 'test');
  const scores = await classify({
    model,
    images: source,
    threads,
    signal,
    progress: (done, total) => on.progress('evaluating on held-out pictures', done, total),
  });
  return evaluate({
    split: 'test',
    classes: dataset.index.classes,
    scores: scores.data,
    labels,
    isNearDuplicate,
    areProbabilities: activation === 'softmax',
    seed,
  });
}

async function findStrategy(name: string): Promise<Strategy> {
  const strategies = await loadStrategies();
  const strategy = strategies.find(name);
  if (strategy !== undefined) return strategy;
  const refused = strategies.refused
    .map(({ source, reason }) => ` ${source} was refused: ${reason}.`)
    .join('');
  throw new ZooError(
    'STRATEGY_UNKNOWN',
    `strategy is "${name}"; installed are ${strategies.all.map((known) => known.name).join(', ')}.${refused}`,
  );
}

function requireParameters(strategy: Strategy, raw: Record<string, unknown>): Record<string, unknown> {
  const { value, problems } = validateParameters(strategy, raw);
  if (problems === undefined) return value;
  throw new ZooError('STRATEGY_PARAMETERS_INVALID', problems.map(({ message }) => message).join('\n'), {
    problems,
  });
}

function requireApplicable(strategy: Strategy, problems: { path: string; message: string }[]): void {
  if (problems.length === 0) return;
  throw new ZooError(
    'STRATEGY_NOT_APPLICABLE',
    `${strategy.name} cannot run on this model and data set:\n${problems.map(({ message }) => message).join('\n')}`,
    { problems },
  );
}
