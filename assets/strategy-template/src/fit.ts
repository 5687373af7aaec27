import { candidateLayers } from 'modelzoo/learning';
import type { FitContext, LinearOnFeatures } from 'modelzoo/plugin';
import type { Parameters } from './index.js';
import { solveRidge } from './solve-ridge.js';

/** Takes the features of the training pictures, solves, and returns what is to stand on the frozen network. */
export async function fit(context: FitContext<Parameters>): Promise<LinearOnFeatures> {
  const { parameters, base, classes, signal } = context;
  const { inputSize, penalty } = parameters;
  const layer = parameters.layer ?? candidateLayers(base, 'average')[0]?.layer;
  if (layer === undefined) throw new TypeError('the base model has no cut point; check() says so before a fit');

  const cut = { layer, pooling: 'average' as const, inputSize };
  context.log(`Features are the output of ${layer}, averaged over height and width.`);
  const features = await context.features('train', cut);
  const { weights, bias, meanSquaredError } = await solveRidge(features, {
    numClasses: classes.length,
    penalty,
    signal,
    progress: (done, total) => context.progress('summing up', done, total),
  });
  context.metric('train/squared-error', meanSquaredError, 1);

  return {
    kind: 'linear-on-features',
    cut,
    weights,
    bias,
    // Least squares gives margins, not probabilities.
    activation: 'linear',
    chosen: { layer, penalty },
  };
}
