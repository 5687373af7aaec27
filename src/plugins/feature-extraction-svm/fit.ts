import { fitLinearClassifier } from '../../learning/linear/fit-linear-classifier.js';
import type { FitContext, FittedModel } from '../contract.js';
import { chooseLayer } from './choose-layer.js';
import type { FeatureExtractionParameters } from './index.js';

/** Features of the frozen network, then a linear classifier on them. */
export async function fit(context: FitContext<FeatureExtractionParameters>): Promise<FittedModel> {
  const { parameters, base, classes } = context;
  const layer = parameters.layer ?? chooseLayer(base)?.layer;
  if (layer === undefined)
    throw new TypeError('the base model has no cut point; check() says so before a fit');
  const cut = { layer, pooling: parameters.pooling, inputSize: parameters.inputSize };
  context.log(`Features are the output of layer ${layer}, pooling ${parameters.pooling}.`);
  const train = await context.features('train', cut);

  context.progress('solving the classifier', 0, 1);
  const solved = await fitLinearClassifier(
    { features: train.data, labels: train.labels, featureDim: train.featureDim, numClasses: classes.length },
    {
      classifier: parameters.classifier,
      C: parameters.C,
      folds: parameters.folds,
      maxIterations: parameters.maxIterations,
      seed: context.seed,
      threads: context.threads,
      signal: context.signal,
      log: context.log,
      onCandidate({ C, accuracy, standardError }, tried, total) {
        context.progress('cross-validating C', tried, total);
        context.metric('cross-validation/C', C, tried);
        context.metric('cross-validation/accuracy', accuracy, tried);
        context.log(
          `C = ${C}: ${percent(accuracy)} of held-out training pictures right, standard error ${percent(standardError)}.`,
        );
      },
    },
  );
  context.progress('solving the classifier', 1, 1);
  context.metric('objective', solved.objective, 1);
  context.log(
    `Solved with C = ${solved.C}; the objective is within ${solved.relativeGap.toExponential(1)} of its minimum.`,
  );
  const best = solved.candidates.find(({ C }) => C === solved.C);
  return {
    kind: 'linear-on-features',
    cut,
    weights: solved.weights,
    bias: solved.bias,
    activation: parameters.classifier === 'softmax' ? 'softmax' : 'linear',
    chosen: {
      layer,
      C: solved.C,
      ...(best === undefined ? {} : { crossValidatedAccuracy: best.accuracy }),
    },
  };
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
