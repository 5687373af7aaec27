import { availableMemory } from 'node:process';
import { ZooError } from '../../errors.js';
import { readDatasetFolder } from '../../learning/datasets/dataset-folder.js';
import { evaluate } from '../../learning/evaluation/evaluate.js';
import type { Evaluation } from '../../learning/evaluation.js';
import { FeatureCache } from '../../learning/features/feature-cache.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import { composeClassifier } from '../../learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, filesOfFolder } from '../../learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import type { EngineWish } from '../../learning/training/engines/engine-wish.js';
import { checkpointsInMemory, type Checkpoints } from '../contract/checkpoints.js';
import type { Strategy, Trainer, TrainerSetup } from '../contract.js';
import { createTrainer, requireMemory, type TrainerInput } from './create-trainer.js';
import { createFitContext } from './fit-context.js';
import { LinearProbes } from './linear-probes.js';
import { loadStrategies, type LoadedStrategies } from '../loader.js';
import { measureLatency } from './measure-model.js';
import { requireFitted } from './require-fitted.js';
import type { RunReporter } from './run-reporter.js';
import { scoreBaseline } from './score-baseline.js';
import { scorePublished } from './score-published.js';
import { SplitFeatures } from './split-features.js';
import { picturesOfSplit, summarizeIndex } from './split-pictures.js';
import { validateParameters } from '../parameters/validate-parameters.js';
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
  /** Which engine trains, and where its addon may be. Left out: the fastest that is there. */
  engine?: Omit<EngineWish, 'threads'>;
  /** Resident memory that the process may plan with. Left out: what the machine has free. */
  memoryBytes?: number;
  /** Where training goes on from, and where it keeps its state. Left out: in memory. */
  checkpoints?: Checkpoints;
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
  };
  trainImageCount: number;
}

/**
 * Runs a strategy on a base model and a data set that lie in folders: fits, composes the new model, measures it on the
 * test split with the files as they will be published, and writes those files. The strategy never sees the test split
 * and never grades itself. The same input and seed give the same bytes on one engine.
 *
 * @param load gives the strategies that are installed.
 * @throws ZooError STRATEGY_UNKNOWN, STRATEGY_PARAMETERS_INVALID, STRATEGY_NOT_APPLICABLE, STRATEGY_RESULT_INVALID,
 *   EVALUATION_IMPOSSIBLE, and what loading, decoding and the strategy throw; `signal.reason` when aborted
 */
export async function runStrategy(
  input: RunInput,
  load: () => Promise<LoadedStrategies> = loadStrategies,
): Promise<RunResult> {
  const { signal, on, threads, seed } = input;
  const strategy = findStrategy(input.strategy, await load());
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

    const pictures = {
      train: picturesOfSplit(dataset, 'train'),
      validation: picturesOfSplit(dataset, 'validation'),
      test: picturesOfSplit(dataset, 'test'),
    };
    const cache = new FeatureCache(input.cacheFolder, input.cacheBytes);
    const features = new SplitFeatures({ baseAt, pictures, cache, threads, signal, on });
    const numClasses = data.classes.length;
    const memoryBytes = input.memoryBytes ?? availableMemory() + process.memoryUsage.rss();
    const probes = new LinearProbes({ features, numClasses, seed, threads, memoryBytes, signal, on });
    const checkpoints = input.checkpoints ?? checkpointsInMemory();
    const trainerInput: TrainerInput = {
      baseAt,
      numClasses,
      pictures,
      cache,
      checkpoints,
      engine: input.engine ?? { wanted: 'auto' },
      memoryBytes,
      seed,
      threads,
      signal,
      on,
    };
    const trainer = (setup: TrainerSetup): Promise<Trainer> => {
      // Training needs the memory more; what is asked for again is in the cache.
      features.forget();
      return createTrainer(trainerInput, setup);
    };
    const { fit } = await strategy.load();
    const fitted = await fit(
      createFitContext({
        parameters,
        base,
        data,
        features,
        probes,
        requireMemory: async (setup) => {
          await requireMemory(trainerInput, setup);
          features.expectTraining(setup);
        },
        trainer,
        checkpoints,
        seed,
        threads,
        memoryBytes,
        signal,
        on,
      }),
    );
    signal.throwIfAborted();
    requireFitted(strategy.name, fitted, base.manifest, numClasses);

    on.progress('writing the model', 0, 1);
    const { files } = composeClassifier(await baseAt(fitted.cut.inputSize), fitted, data.classes);
    // Read back what is published: the evaluation is of the files, not of what made them.
    const exported = await loadTfjsLayers(filesInMemory(files));
    const facts = await writeVersionFiles(files, input.baseFolder, input.outputFolder);
    on.progress('writing the model', 1, 1);

    const { labels, isNearDuplicate } = pictures.test;
    const evaluation = evaluate({
      split: 'test',
      classes: data.classes,
      scores: await scorePublished(exported, fitted, pictures.test, { cache, threads, signal, on }),
      labels,
      isNearDuplicate,
      areProbabilities: fitted.activation === 'softmax',
      seed,
      baseline:
        fitted.kind === 'fine-tuned'
          ? await scoreBaseline(base, fitted, features, probes, on.log)
          : undefined,
      latency: await measureLatency(exported, threads, signal),
    });
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
      },
      trainImageCount: data.splits.train.imageCount,
    };
  } finally {
    await dataset.close();
  }
}

function findStrategy(name: string, strategies: LoadedStrategies): Strategy {
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
