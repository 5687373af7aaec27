import { ZooError } from '../../errors.js';
import type { FeatureCut } from '../features/feature-cut.js';
import { appendLayer, appendPooling, lastOf } from './append-layers.js';
import { bytesOf, changeWeights } from './change-weights.js';
import { deriveManifest } from './derive-manifest.js';
import type { InputSizes } from '../model-manifest.js';
import { acceptedInputSizes } from './input-sizes.js';
import type { ModelFile } from './model-files.js';
import type { LoadedModel, NetworkLayer } from './network.js';
import { writeLayerShards } from './write-layer-shards.js';

/** A linear classifier on features: scores = features · weights + bias, and what else is new before it. */
export interface ComposedClassifier {
  cut: FeatureCut;
  /** float32 [featureDim, classes], row-major. */
  weights: Float32Array;
  /** float32 [classes]. */
  bias: Float32Array;
  activation: 'softmax' | 'linear';
  /** New values of the base's weights, by `layer/weight`; left out: the base is as it was. */
  changed?: Readonly<Record<string, Float32Array>>;
}

/** A model in memory and as files. */
export interface ComposedModel {
  model: LoadedModel;
  files: ModelFile[];
}

/**
 * Puts a fitted classifier on a backbone: the base's layers up to the cut, the pooling, and a Dense layer. Layers of the
 * base that did not change keep their bytes, so their shards are the base's shards.
 *
 * @param labels name of each class, in the order of the classifier's columns.
 * @throws ZooError MODEL_CUT_UNKNOWN, CLASSIFIER_INVALID
 */
export function composeClassifier(
  base: LoadedModel,
  classifier: ComposedClassifier,
  labels: string[],
): ComposedModel {
  const backbone = changeWeights(cutBackbone(base, classifier.cut.layer), classifier.changed ?? {});
  const pooled = appendPooling(backbone, classifier.cut.pooling);
  const features = lastOf(pooled).outputShape[0] ?? 0;
  const { weights, bias, activation } = classifier;
  requireFittingHead(features, labels.length, weights, bias);
  const whole = appendLayer(
    pooled,
    'Dense',
    'classifier',
    { units: labels.length, activation, use_bias: true },
    [
      { name: 'kernel', shape: [features, labels.length], quantization: null, bytes: bytesOf(weights) },
      { name: 'bias', shape: [labels.length], quantization: null, bytes: bytesOf(bias) },
    ],
  );
  return finish(base, whole, labels);
}

/**
 * The base without what follows a cut: a backbone with no classifier. Its output is the cut's tensor, average-pooled
 * to a vector when `pooling` asks for it.
 *
 * @throws ZooError MODEL_CUT_UNKNOWN
 */
export function composeBackbone(
  base: LoadedModel,
  layer: string,
  pooling: 'average' | 'none' = 'none',
): ComposedModel {
  const backbone = cutBackbone(base, layer);
  return finish(base, pooling === 'average' ? appendPooling(backbone, 'average') : backbone, null);
}

/** The layers up to a cut point. @throws ZooError MODEL_CUT_UNKNOWN */
export function cutBackbone(base: LoadedModel, cut: string): NetworkLayer[] {
  if (!base.manifest.cutPoints.some((point) => point.layer === cut)) {
    const boundaries = base.manifest.cutPoints
      .filter((point) => point.blockBoundary)
      .map((point) => point.layer);
    throw new ZooError(
      'MODEL_CUT_UNKNOWN',
      `${JSON.stringify(cut)} is not a cut point of the model. Block boundaries are ${boundaries.join(', ')}; ` +
        'all cut points stand in its manifest.',
      { cut },
    );
  }
  return base.layers.slice(0, base.layers.findIndex((layer) => layer.name === cut) + 1);
}

function finish(base: LoadedModel, layers: NetworkLayer[], labels: string[] | null): ComposedModel {
  const { input } = base.manifest;
  const sizes: InputSizes = acceptedInputSizes(layers, [input.height, input.width, input.channels]);
  const model: LoadedModel = {
    name: base.name,
    topology: base.topology,
    layers,
    manifest: deriveManifest(base.topology, layers, input, sizes, labels),
    weightFiles: [],
    userDefinedMetadata: base.userDefinedMetadata,
  };
  return { model, files: writeLayerShards(model) };
}

/**
 * Holds a linear classifier to its features and classes.
 *
 * @throws ZooError CLASSIFIER_INVALID
 */
export function requireFittingHead(
  features: number,
  classes: number,
  weights: Float32Array,
  bias: Float32Array,
): void {
  const finite = [weights, bias].every((values) => values.every((value) => Number.isFinite(value)));
  if (weights.length === features * classes && bias.length === classes && classes > 0 && finite) return;
  throw new ZooError(
    'CLASSIFIER_INVALID',
    `The classifier has ${weights.length} weights and ${bias.length} biases${finite ? '' : ', not all finite'}; ` +
      `${features} features and ${classes} classes need ${features * classes} and ${classes}, all finite.`,
    { features, classes },
  );
}
