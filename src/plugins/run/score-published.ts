import { classify } from '../../learning/features/classify.js';
import { extractFeatures } from '../../learning/features/extract-features.js';
import type { DigestedSource, FeatureCache } from '../../learning/features/feature-cache.js';
import { createFeatureExtractor } from '../../learning/features/feature-extractor.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import { decodeWeight } from '../../learning/tfjs-layers/stored-weight.js';
import { scoreLinear } from '../../learning/linear/score-linear.js';
import type { FeatureCut } from '../contract.js';
import type { FitRecord } from './fit-strategy.js';
import type { RunReporter } from './run-reporter.js';
import type { SplitPictures } from './split-pictures.js';

export interface ScoringOptions {
  cache: FeatureCache;
  threads: number;
  signal: AbortSignal;
  on: Pick<RunReporter, 'progress' | 'log'>;
}

/**
 * What a model says of the pictures of some splits, by the files it is published as: for each split float32
 * [pictures, classes], probabilities where it ends in softmax, else margins. Where nothing but its head is new, what comes
 * before is the base's, so its features are taken from the cache, or kept there for the next job on the same pictures.
 */
export async function scorePublished(
  published: LoadedModel,
  fit: Pick<FitRecord, 'kind' | 'cut' | 'activation'>,
  splits: readonly SplitPictures[],
  options: ScoringOptions,
): Promise<Float32Array[]> {
  // In one go: to prepare a large network takes as long as to run it on dozens of pictures.
  const source = inARow(splits.map((split) => split.source));
  const scores = await scoreAll(published, fit, source, options);
  const numClasses = scores.length / Math.max(1, source.count);
  let before = 0;
  return splits.map(({ source: { count } }) => {
    const start = before;
    before += count;
    return scores.subarray(start * numClasses, before * numClasses);
  });
}

/** The pictures of one source, then those of the next. */
function inARow(sources: readonly DigestedSource[]): DigestedSource {
  const places = sources.flatMap((source) =>
    Array.from({ length: source.count }, (_, index) => ({ source, index })),
  );
  const at = (position: number) => {
    const place = places[position];
    if (place === undefined) throw new RangeError(`there is no picture ${position} among ${places.length}`);
    return place;
  };
  return {
    count: places.length,
    read: (position) => at(position).source.read(at(position).index),
    sha256: (position) => at(position).source.sha256(at(position).index),
    label: (position) => at(position).source.label?.(at(position).index) ?? `picture ${position}`,
  };
}

async function scoreAll(
  published: LoadedModel,
  fit: Pick<FitRecord, 'kind' | 'cut' | 'activation'>,
  source: DigestedSource,
  options: ScoringOptions,
): Promise<Float32Array> {
  const { on, threads, signal } = options;
  const progress = (done: number, total: number) =>
    on.progress('evaluating on held-out pictures', done, total);
  const { cut, activation } = fit;
  if (fit.kind === 'linear-on-features' && cut !== null) {
    return scoreByFeatures(published, { cut, activation }, source, { ...options, progress });
  }
  const { data } = await classify({ model: published, images: source, threads, signal, progress });
  return data;
}

async function scoreByFeatures(
  published: LoadedModel,
  { cut, activation }: { cut: FeatureCut; activation: FitRecord['activation'] },
  source: DigestedSource,
  { cache, threads, signal, on, progress }: ScoringOptions & { progress(done: number, total: number): void },
): Promise<Float32Array> {
  const [kernel, bias] = published.layers.at(-1)?.weights ?? [];
  if (kernel === undefined || bias === undefined) throw new Error('the published model has no head');
  const { layer, pooling } = cut;
  const extractor = await createFeatureExtractor({ model: published, cuts: [{ layer, pooling }], threads });
  try {
    const [features] = await extractFeatures(extractor, source, { cache, signal, progress, log: on.log });
    if (features === undefined) throw new Error(`no features came back for layer ${layer}`);
    const scores = scoreLinear({ weights: decodeWeight(kernel), bias: decodeWeight(bias) }, features);
    return activation === 'softmax' ? softmaxRows(scores, bias.shape[0] ?? 0) : scores;
  } finally {
    await extractor.dispose();
  }
}

/** Softmax of each row, in place; the largest logit is taken out first, so that nothing overflows. */
function softmaxRows(logits: Float32Array, numClasses: number): Float32Array {
  for (let start = 0; start < logits.length; start += numClasses) {
    const row = logits.subarray(start, start + numClasses);
    const highest = row.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
    const exponentials = Float64Array.from(row, (value) => Math.exp(value - highest));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    row.set(exponentials.map((value) => value / total));
  }
  return logits;
}
