import {
  candidateLayers,
  featureLength,
  LinearClassifierFit,
  planLinearMemory,
  type CandidateC,
} from '../../learning/public.js';
import type { FeatureCut, FitContext, FittedModel, LabelledFeatures } from '../plugin.js';
import { candidateTable, type TriedLayer } from './candidate-table.js';
import type { FeatureExtractionParameters } from './index.js';

type Context = FitContext<FeatureExtractionParameters>;

/** A cut that was tried, ready to be fitted on all training pictures. */
interface TriedCut {
  cut: FeatureCut;
  problem: LinearClassifierFit;
  /** Undefined where nothing could be, or had to be, cross-validated. */
  best: CandidateC | undefined;
}

/** Features of the frozen network, then a linear classifier on them; layer and C by cross-validation where not given. */
export async function fit(context: Context): Promise<FittedModel> {
  const { parameters } = context;
  const cuts = cutsToTry(context);
  context.log(`Pictures become the output of ${listLayers(cuts)}, pooling ${parameters.pooling}.`);
  requireMemory(context, cuts);
  const features = await context.featuresAtCuts('train', cuts);
  const { cut, problem, best } = await chooseCut(context, cuts, features);
  try {
    context.progress('solving the classifier', 0, 1);
    const solved = await problem.fit(best?.C);
    context.progress('solving the classifier', 1, 1);
    context.metric('objective', solved.objective, 1);
    context.log(
      `Solved at layer ${cut.layer} with C = ${solved.C}; the objective is within ${solved.relativeGap.toExponential(1)} of its minimum.`,
    );
    return {
      kind: 'linear-on-features',
      cut,
      weights: solved.weights,
      bias: solved.bias,
      activation: parameters.classifier === 'softmax' ? 'softmax' : 'linear',
      chosen: {
        layer: cut.layer,
        C: solved.C,
        ...(best === undefined ? {} : { crossValidatedAccuracy: best.accuracy }),
      },
    };
  } finally {
    await problem.release();
  }
}

function cutsToTry({ parameters, base }: Context): FeatureCut[] {
  const { layer, pooling, inputSize } = parameters;
  const layers = layer === undefined ? candidateLayers(base, pooling).map((point) => point.layer) : [layer];
  return layers.map((name) => ({ layer: name, pooling, inputSize }));
}

/**
 * Before the pictures are looked at: the features of all cuts, and the largest of the problems, have to fit.
 *
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT
 */
function requireMemory(
  { parameters, base, classes, imageCounts, memoryBytes, log }: Context,
  cuts: FeatureCut[],
): void {
  const { classifier, pooling, folds, inputSize } = parameters;
  // Flattened, another input size gives another number of features; the fit itself will see to it.
  if (pooling === 'flatten' && inputSize !== undefined) return;
  const rows = imageCounts.train;
  const featureDims = cuts.map(({ layer }) => {
    const cut = base.cutPoints.find((point) => point.layer === layer);
    return (cut && featureLength(cut, pooling)) ?? 0;
  });
  // Beside the features of every cut, a scaled copy of the best so far is kept while the next is tried.
  const kept = cuts.length > 1 ? Math.max(...featureDims) : 0;
  const featureBytes = 4 * rows * featureDims.reduce((sum, length) => sum + length, kept);
  const availableBytes = memoryBytes - process.memoryUsage.rss() - featureBytes;
  const needs = featureDims.map((featureDim) =>
    planLinearMemory(
      { rows, featureDim, numClasses: classes.length, classifier, foldCount: folds },
      availableBytes,
    ),
  );
  const neededBytes = featureBytes + Math.max(...needs.map((plan) => plan.neededBytes));
  log(
    `This takes about ${Math.ceil(neededBytes / 2 ** 20)} MiB of memory beside the network: ${Math.ceil(featureBytes / 2 ** 20)} MiB for features, the rest to solve the classifier.`,
  );
}

/** Cross-validates cut by cut and keeps the best; of equal ones the deepest, which comes first. */
async function chooseCut(
  context: Context,
  cuts: FeatureCut[],
  features: LabelledFeatures[],
): Promise<TriedCut> {
  let chosen: TriedCut | undefined;
  const tried: TriedLayer[] = [];
  try {
    for (const [index, cut] of cuts.entries()) {
      const problem = await prepare(context, cut, index, cuts.length, features[index] as LabelledFeatures);
      let isKept = false;
      try {
        const isChoice = cuts.length > 1 || context.parameters.C === undefined;
        const validated = isChoice ? await problem.crossValidate() : undefined;
        const best = validated?.best;
        if (validated !== undefined) tried.push({ layer: cut.layer, candidates: validated.candidates });
        isKept = chosen === undefined || (best?.accuracy ?? 0) > (chosen.best?.accuracy ?? 0);
        if (isKept) {
          await chosen?.problem.release();
          chosen = { cut, problem, best };
        }
      } finally {
        if (!isKept) await problem.release();
      }
      if (chosen?.best === undefined && (cuts.length > 1 || context.parameters.C === undefined)) {
        context.log(
          'No class has two training pictures, so nothing can be cross-validated; defaults are used.',
        );
        break;
      }
    }
  } catch (error) {
    await chosen?.problem.release();
    throw error;
  }
  if (chosen === undefined)
    throw new TypeError('the base model has no cut point; check() says so before a fit');
  if (tried.length > 0) context.report.table('cross-validation', candidateTable(tried));
  return chosen;
}

async function prepare(
  context: Context,
  { layer }: FeatureCut,
  index: number,
  count: number,
  features: LabelledFeatures,
): Promise<LinearClassifierFit> {
  const { parameters, classes, seed, threads, memoryBytes, signal, log } = context;
  return LinearClassifierFit.prepare(
    {
      features: features.data,
      labels: features.labels,
      featureDim: features.featureDim,
      numClasses: classes.length,
    },
    {
      classifier: parameters.classifier,
      C: parameters.C,
      folds: parameters.folds,
      maxIterations: parameters.maxIterations,
      seed,
      threads,
      memoryBytes: memoryBytes - process.memoryUsage.rss(),
      signal,
      log,
      onCandidate({ C, accuracy, standardError }, tried, total) {
        context.progress('cross-validating', index * total + tried, count * total);
        context.metric(`cross-validation/${layer}/C`, C, tried);
        context.metric(`cross-validation/${layer}/accuracy`, accuracy, tried);
        log(
          `${layer}, C = ${C}: ${percent(accuracy)} of held-out training pictures right, standard error ${percent(standardError)}.`,
        );
      },
    },
  );
}

const listLayers = (cuts: FeatureCut[]): string =>
  cuts.length === 1
    ? `layer ${cuts[0]?.layer}`
    : `one of the layers ${cuts.map(({ layer }) => layer).join(', ')}`;

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
