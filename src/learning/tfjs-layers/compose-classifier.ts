import { ZooError } from '../../errors.js';
import type { FeatureCut } from '../features/feature-cut.js';
import { layerKinds } from '../layers/layer-kinds.js';
import { deriveManifest } from './derive-manifest.js';
import type { InputSizes } from '../model-manifest.js';
import { acceptedInputSizes } from './input-sizes.js';
import type { ModelFile } from './model-files.js';
import type { LoadedModel, NetworkLayer } from './network.js';
import type { StoredWeight } from './stored-weight.js';
import { writeLayerShards } from './write-layer-shards.js';

/** A linear classifier on features: scores = features · weights + bias. */
export interface LinearClassifier {
  cut: FeatureCut;
  /** float32 [featureDim, classes], row-major. */
  weights: Float32Array;
  /** float32 [classes]. */
  bias: Float32Array;
  activation: 'softmax' | 'linear';
}

/** A model in memory and as files. */
export interface ComposedModel {
  model: LoadedModel;
  files: ModelFile[];
}

/**
 * Puts a fitted classifier on a backbone: the base's layers up to the cut, the pooling, and a Dense layer. The layers
 * of the base keep their bytes, so their shards are the base's shards.
 *
 * @param labels name of each class, in the order of the classifier's columns.
 * @throws ZooError MODEL_CUT_UNKNOWN, CLASSIFIER_INVALID
 */
export function composeClassifier(
  base: LoadedModel,
  classifier: LinearClassifier,
  labels: string[],
): ComposedModel {
  const backbone = cutBackbone(base, classifier.cut.layer);
  const pooled = withPooling(backbone, classifier.cut.pooling);
  const features = lastOf(pooled).outputShape[0] ?? 0;
  const { weights, bias, activation } = classifier;
  assertFits(features, labels.length, weights, bias);
  const dense = makeLayer(
    'Dense',
    freeName('classifier', pooled),
    { units: labels.length, activation, use_bias: true },
    lastOf(pooled),
    [
      { name: 'kernel', shape: [features, labels.length], quantization: null, bytes: bytesOf(weights) },
      { name: 'bias', shape: [labels.length], quantization: null, bytes: bytesOf(bias) },
    ],
  );
  return finish(base, [...pooled, dense], labels);
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
  return finish(base, pooling === 'average' ? withPooling(backbone, 'average') : backbone, null);
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

function withPooling(layers: NetworkLayer[], pooling: FeatureCut['pooling']): NetworkLayer[] {
  const last = lastOf(layers);
  if (last.outputShape.length === 1) return layers;
  return pooling === 'average' && last.outputShape.length === 3
    ? [...layers, makeLayer('GlobalAveragePooling2D', freeName('pooling', layers), {}, last)]
    : [...layers, makeLayer('Flatten', freeName('flatten', layers), {}, last)];
}

function makeLayer(
  className: string,
  name: string,
  settings: Record<string, unknown>,
  input: NetworkLayer,
  weights: StoredWeight[] = [],
): NetworkLayer {
  const kind = layerKinds.get(className);
  if (kind === undefined) throw new Error(`no layer kind ${className}`);
  const json = {
    name,
    class_name: className,
    config: { name, trainable: true, ...settings },
    inbound_nodes: [[[input.name, 0, 0, {}] as [string, number, number, object]]],
  };
  const config = kind.config.parse(json.config);
  return {
    name,
    kind,
    config,
    json,
    inbound: [input.name],
    outputShape: kind.outputShape(config, [input.outputShape]),
    weights,
  };
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

function assertFits(features: number, classes: number, weights: Float32Array, bias: Float32Array): void {
  const finite = [weights, bias].every((values) => values.every((value) => Number.isFinite(value)));
  if (weights.length === features * classes && bias.length === classes && classes > 0 && finite) return;
  throw new ZooError(
    'CLASSIFIER_INVALID',
    `The classifier has ${weights.length} weights and ${bias.length} biases${finite ? '' : ', not all finite'}; ` +
      `${features} features and ${classes} classes need ${features * classes} and ${classes}, all finite.`,
    { features, classes },
  );
}

function freeName(wanted: string, layers: NetworkLayer[]): string {
  const taken = new Set(layers.map((layer) => layer.name));
  for (let n = 0; ; n++) {
    const name = n === 0 ? wanted : `${wanted}_${n}`;
    if (!taken.has(name)) return name;
  }
}

function lastOf(layers: NetworkLayer[]): NetworkLayer {
  const last = layers.at(-1);
  if (last === undefined) throw new Error('a network without layers');
  return last;
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}
