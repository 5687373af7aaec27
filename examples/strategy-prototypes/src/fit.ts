import {
  divideByTemperature,
  fitTemperature,
  probeCuts,
  scoreLinear,
  type LinearHead,
} from 'modelzoo/learning';
import type { FeatureCut, FitContext, LinearOnFeatures } from 'modelzoo/plugin';
import type { PrototypeParameters } from './index.js';
import { cosinePrototypes, euclideanPrototypes } from './prototype-classifier.js';

type Context = FitContext<PrototypeParameters>;

/** Prototypes at one layer, and how well they serve. */
interface Candidate extends LinearHead {
  cut: FeatureCut;
  /** What logits are divided by, so that their softmax is as sure as it is right. */
  temperature: number;
  /** Cross-entropy that is left then. */
  loss: number;
}

/** Makes prototypes at each layer that may serve, and keeps the layer that the validation pictures are named best by. */
export async function fit(context: Context): Promise<LinearOnFeatures> {
  const candidates = await makeCandidates(context);
  const best = candidates.reduce((chosen, next) => (next.loss < chosen.loss ? next : chosen));
  const { cut, temperature, loss } = best;
  context.log(`The prototypes at ${cut.layer} serve best, at a calibrated loss of ${loss.toFixed(3)}.`);
  context.report.table('layers', {
    title: 'Prototypes by layer',
    columns: ['layer', 'calibrated loss', 'temperature'],
    rows: candidates.map((one) => [one.cut.layer, one.loss, one.temperature]),
  });
  return {
    kind: 'linear-on-features',
    cut,
    ...divideByTemperature(temperature, best),
    activation: 'softmax',
    chosen: { layer: cut.layer, temperature },
  };
}

async function makeCandidates(context: Context): Promise<Candidate[]> {
  const { parameters, base, classes, imageCounts, signal, progress } = context;
  const { layer, inputSize, distance } = parameters;
  const cuts: FeatureCut[] =
    layer === undefined ? probeCuts(base, inputSize) : [{ layer, pooling: 'average', inputSize }];
  const train = await context.featuresAtCuts('train', cuts);
  // Without validation pictures those the prototypes are the means of have to do.
  const judges = imageCounts.validation > 0 ? await context.featuresAtCuts('validation', cuts) : train;
  const make = distance === 'cosine' ? cosinePrototypes : euclideanPrototypes;
  return cuts.map((cut, index) => {
    signal.throwIfAborted();
    progress('making prototypes', index + 1, cuts.length);
    const [features, judge] = [train[index], judges[index]];
    if (features === undefined || judge === undefined) throw new RangeError(`no features of ${cut.layer}`);
    const classifier = make(features, classes.length);
    return { cut, ...classifier, ...fitTemperature(scoreLinear(classifier, judge), judge.labels) };
  });
}
