import type { SplitSummary } from '../../learning/dataset-manifest.js';
import { readDatasetFolder } from '../../learning/datasets/dataset-folder.js';
import { FeatureCache } from '../../learning/features/feature-cache.js';
import type { EngineWish } from '../../learning/training/engines/engine-wish.js';
import { checkpointsInMemory, type Checkpoints } from '../contract/checkpoints.js';
import type { FeatureCut, Strategy, Trainer, TrainerSetup } from '../contract.js';
import { requireParameters } from '../parameters/validate-parameters.js';
import { composeFitted } from './compose-fitted.js';
import { createTrainer, requireMemory, type TrainerInput } from './create-trainer.js';
import { createFitContext } from './fit-context.js';
import { LinearProbes } from './linear-probes.js';
import { OwnLoop } from './own-loop.js';
import { ReportCollector } from './reports/report-collector.js';
import { requireApplicable } from './require-applicable.js';
import { requireFitted } from './require-fitted.js';
import { openBase, plannedMemory, type RunInputs } from './run-inputs.js';
import { SplitFeatures } from './split-features.js';
import { picturesOfSplit, summarizeIndex } from './split-pictures.js';
import { writeVersionFiles, type VersionFileFact } from './write-version-files.js';

export interface FitInput extends RunInputs {
  /** As a caller sends them; defaults are filled in. */
  parameters: Record<string, unknown>;
  /** How many test pictures the data set has, where its folder holds none of them. */
  testSummary?: SplitSummary;
  /** Which engine trains, and where its addon may be. Left out: the fastest that is there. */
  engine?: Omit<EngineWish, 'threads'>;
  /** Where training goes on from, and where it keeps its state. Left out: in memory. */
  checkpoints?: Checkpoints;
}

/**
 * What a fit says of the files it wrote: plain data, since the process that wrote it may be gone by the time it is read,
 * and is not believed.
 */
export interface FitRecord {
  strategy: { name: string; version: string };
  /** With the defaults filled in. */
  parameters: Record<string, unknown>;
  /** What the strategy chose by itself, for the card. */
  chosen: Record<string, string | number>;
  kind: 'linear-on-features' | 'fine-tuned' | 'whole-network';
  /** `softmax`: the network's outputs are probabilities. `linear`: they are margins. */
  activation: 'softmax' | 'linear';
  /** Where the new head sits on the base; null for a network of its own. */
  cut: FeatureCut | null;
  /** Every file of the version; those that are not `isNew` are files of the base version, under this path or another. */
  files: VersionFileFact[];
}

/**
 * The first half of a run: a strategy fits, and what it returns is checked, composed and written to the output folder.
 * The data-set folder need not hold the test split; nothing here looks at it. The same input and seed give the same bytes
 * on one engine.
 *
 * @see evaluateFit for the other half, which no strategy's code takes part in.
 * @throws ZooError STRATEGY_PARAMETERS_INVALID, STRATEGY_NOT_APPLICABLE, STRATEGY_RESULT_INVALID, and what loading, decoding
 *   and the strategy throw; `signal.reason` when aborted
 */
export async function fitStrategy(strategy: Strategy, input: FitInput): Promise<FitRecord> {
  const { signal, on, threads, seed } = input;
  const parameters = requireParameters(strategy, input.parameters);
  const { base, baseAt } = await openBase(input.baseFolder);
  const dataset = await readDatasetFolder(input.datasetFolder);
  try {
    const summary = summarizeIndex(dataset.index);
    const { testSummary = summary.splits.test } = input;
    const data = { ...summary, splits: { ...summary.splits, test: testSummary } };
    requireApplicable(strategy, base.manifest, data, parameters);
    signal.throwIfAborted();

    const pictures = {
      train: picturesOfSplit(dataset, 'train'),
      validation: picturesOfSplit(dataset, 'validation'),
    };
    const cache = new FeatureCache(input.cacheFolder, input.cacheBytes);
    const features = new SplitFeatures({ baseAt, pictures, cache, threads, signal, on });
    const numClasses = data.classes.length;
    const memoryBytes = plannedMemory(input);
    const probes = new LinearProbes({ features, numClasses, seed, threads, memoryBytes, signal, on });
    const checkpoints = input.checkpoints ?? checkpointsInMemory();
    const reports = new ReportCollector(on.log);
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
    const ownLoop = new OwnLoop({ ...trainerInput, base, engine: { ...trainerInput.engine, threads } });
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
        ownLoop,
        checkpoints,
        reports,
        seed,
        threads,
        memoryBytes,
        signal,
        on,
      }),
    );
    await ownLoop.reportLeftTensors();
    signal.throwIfAborted();
    requireFitted(strategy.name, fitted, base.manifest, numClasses);

    on.progress('writing the model', 0, 1);
    const files = await composeFitted(strategy.name, fitted, { base, baseAt }, data.classes);
    const facts = await writeVersionFiles(files, input.baseFolder, input.outputFolder);
    await reports.write(input.outputFolder);
    on.progress('writing the model', 1, 1);
    return {
      strategy: { name: strategy.name, version: strategy.version },
      parameters,
      chosen: fitted.chosen,
      kind: fitted.kind,
      activation: fitted.activation,
      cut: fitted.kind === 'whole-network' ? null : fitted.cut,
      files: facts,
    };
  } finally {
    await dataset.close();
  }
}
