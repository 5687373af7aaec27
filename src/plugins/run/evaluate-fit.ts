import { ZooError } from '../../errors.js';
import { readDatasetFolder } from '../../learning/datasets/dataset-folder.js';
import { packBits } from '../../learning/evaluation/bits.js';
import { evaluate } from '../../learning/evaluation/evaluate.js';
import { rightlyNamed } from '../../learning/evaluation/rightly-named.js';
import type { Evaluation } from '../../learning/evaluation.js';
import { FeatureCache } from '../../learning/features/feature-cache.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { LinearProbes } from './linear-probes.js';
import { measureLatency } from './measure-model.js';
import { publishedFiles } from './published-files.js';
import { redrawReports, type ReportSummary } from './reports/redraw-reports.js';
import { requireLinearOnBase } from './require-linear-on-base.js';
import { openBase, plannedMemory, type BaseModel, type RunInputs } from './run-inputs.js';
import { scoreBaseline } from './score-baseline.js';
import { scorePublished } from './score-published.js';
import { SplitFeatures } from './split-features.js';
import { picturesOfSplit, summarizeIndex, type SplitPictures } from './split-pictures.js';
import type { FitRecord } from './fit-strategy.js';

export interface EvaluationInput extends RunInputs {
  /** What the fit says it wrote to the output folder. Checked, not trusted. */
  fit: Pick<FitRecord, 'kind' | 'activation' | 'cut' | 'files'>;
  /** Also says what a comparison with other fits on the same data set needs. */
  isCompared?: boolean;
}

/** What fits on one data set are compared by. */
export interface ComparableFit {
  /** On the validation pictures: what the best of several is chosen by, so that the test split is left to judge it. */
  validation: Pick<Evaluation, 'imageCount' | 'accuracy' | 'accuracyInterval'>;
  /** A bit for each test picture that counts: whether it was named rightly. See `packBits`. */
  testRight: string;
}

/** What the files of a fit are worth. */
export interface FitEvaluation {
  manifest: ModelManifest;
  evaluation: Evaluation;
  measurements: {
    parameterCount: number;
    /** Of all the version's files. */
    sizeBytes: number;
  };
  trainImageCount: number;
  /** What the strategy shows beside; their files are under `reports/` of the output folder, and hold. */
  reports: ReportSummary[];
  /** Where it was asked for. */
  comparable?: ComparableFit;
}

/**
 * The second half of a run: measures the files that a fit wrote, as they will be published, on the test split, beside
 * a linear probe of the base. It runs no code of a strategy and takes nothing from one but the files.
 *
 * @throws ZooError EVALUATION_IMPOSSIBLE, STRATEGY_SHAPE_MISMATCH, STRATEGY_BASE_CHANGED, JOB_RESULT_INVALID, and what loading
 *   and decoding throw; `signal.reason` when aborted
 */
export async function evaluateFit(input: EvaluationInput): Promise<FitEvaluation> {
  const { fit, baseFolder, outputFolder, threads, seed, signal, on } = input;
  const dataset = await readDatasetFolder(input.datasetFolder);
  try {
    const data = summarizeIndex(dataset.index);
    const files = await publishedFiles(fit.files, { outputFolder, baseFolder });
    const published = await loadTfjsLayers(files);
    requireClasses(published.manifest, data.classes);
    const { base, baseAt } = await openBase(baseFolder);
    if (fit.kind === 'linear-on-features') {
      await requireLinearOnBase(published, fit, { files, baseAt, classes: data.classes });
    }
    signal.throwIfAborted();

    const pictures = {
      train: picturesOfSplit(dataset, 'train'),
      validation: picturesOfSplit(dataset, 'validation'),
      test: picturesOfSplit(dataset, 'test'),
    };
    const cache = new FeatureCache(input.cacheFolder, input.cacheBytes);
    const features = new SplitFeatures({ baseAt, pictures, cache, threads, signal, on });
    const numClasses = data.classes.length;
    const memoryBytes = plannedMemory(input);
    const probes = new LinearProbes({ features, numClasses, seed, threads, memoryBytes, signal, on });
    const inputSize = await sizeForBase(published.manifest, { base, baseAt });
    const { labels, isNearDuplicate } = pictures.test;
    const scoring = { cache, threads, signal, on };
    const { isCompared = false } = input;
    const [scores = new Float32Array(), ofValidation] = await scorePublished(
      published,
      fit,
      isCompared ? [pictures.test, pictures.validation] : [pictures.test],
      scoring,
    );
    const evaluation = evaluate({
      split: 'test',
      classes: data.classes,
      scores,
      labels,
      isNearDuplicate,
      areProbabilities: fit.activation === 'softmax',
      seed,
      baseline:
        fit.kind === 'linear-on-features'
          ? undefined
          : await scoreBaseline(base, inputSize, features, probes, on.log),
      latency: await measureLatency(published, threads, signal),
    });
    on.metric('test/accuracy', evaluation.accuracy, 1);
    return {
      manifest: published.manifest,
      evaluation,
      measurements: {
        parameterCount: published.manifest.parameterCount,
        sizeBytes: (await files.list()).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      },
      trainImageCount: data.splits.train.imageCount,
      reports: await redrawReports(outputFolder, on.log),
      comparable:
        ofValidation !== undefined
          ? {
              validation: scoreValidation(ofValidation, pictures.validation, input, data.classes),
              testRight: packBits(rightlyNamed({ scores, labels, isNearDuplicate, numClasses })),
            }
          : undefined,
    };
  } finally {
    await dataset.close();
  }
}

function scoreValidation(
  scores: Float32Array,
  { labels, isNearDuplicate }: SplitPictures,
  { fit, seed }: EvaluationInput,
  classes: string[],
): ComparableFit['validation'] {
  const { imageCount, accuracy, accuracyInterval } = evaluate({
    split: 'validation',
    classes,
    scores,
    labels,
    isNearDuplicate,
    areProbabilities: fit.activation === 'softmax',
    seed,
  });
  return { imageCount, accuracy, accuracyInterval };
}

/** The size of pictures at which the base is compared: the result's, or its own where it does not take that. */
async function sizeForBase(
  { input: { height, width } }: ModelManifest,
  { base, baseAt }: BaseModel,
): Promise<number | undefined> {
  const own = base.manifest.input;
  if (height !== width || (height === own.height && width === own.width)) return undefined;
  try {
    await baseAt(height);
    return height;
  } catch (error) {
    if (error instanceof ZooError && error.code === 'MODEL_INPUT_SIZE_UNSUPPORTED') return undefined;
    throw error;
  }
}

function requireClasses({ labels }: ModelManifest, classes: readonly string[]): void {
  if (labels?.join('\0') === classes.join('\0')) return;
  throw new ZooError(
    'STRATEGY_SHAPE_MISMATCH',
    `The fitted model tells ${labels?.length ?? 'no named'} classes apart; the data set has ${classes.length}, in this order: ` +
      `${classes.slice(0, 5).join(', ')}${classes.length > 5 ? ', …' : ''}.`,
  );
}
