import { ZooError } from '../../errors.js';
import type { FeatureCut } from '../features/feature-cut.js';
import { appendLayer, appendPooling, lastOf, makeInput } from '../tfjs-layers/append-layers.js';
import { bytesOf } from '../tfjs-layers/change-weights.js';
import { cutBackbone, requireFittingHead } from '../tfjs-layers/compose-classifier.js';
import type { LoadedModel, NetworkLayer } from '../tfjs-layers/network.js';
import { decodeWeight, type StoredWeight } from '../tfjs-layers/stored-weight.js';
import { initialWeight } from './initial-weights.js';
import type { TrainableNetwork, TrainableWeight } from './trainable-network.js';

/** What is to be trained of a pretrained model, and what it starts from. */
export interface TrainablePlan {
  /** At the size of pictures that it is to be trained on. */
  model: LoadedModel;
  /** Where the new head sits; what follows is dropped. */
  cut: FeatureCut;
  /** Cut point up to which nothing trains: the result begins behind it. Left out: all layers train. */
  frozenUpTo?: string;
  numClasses: number;
  /** float32 [features, classes] and [classes], or drawn from the seed. */
  head: { weights: Float32Array; bias: Float32Array } | 'random';
  initialization: 'pretrained' | 'random';
  batchNormalization: TrainableNetwork['batchNormalization'];
  /** Share of the features dropped before the head, in [0, 1). */
  dropout: number;
  /** In (0, 1]; see `learningRateScales`. */
  layerDecay: number;
  seed: number;
}

/**
 * Takes the part of a model that trains: the layers between the frozen prefix and the head, pooling, dropout, and a Dense
 * layer that gives logits. Where a prefix is frozen, an input of the name of its last layer stands for it.
 *
 * @throws ZooError MODEL_CUT_UNKNOWN; CLASSIFIER_INVALID for a head of other features or classes, or with NaN in it
 */
export function buildTrainableNetwork(plan: TrainablePlan): TrainableNetwork {
  const { model, cut, frozenUpTo, numClasses, dropout } = plan;
  const backbone = cutBackbone(model, cut.layer);
  const trained = frozenUpTo === undefined ? backbone : tailOf(backbone, model, frozenUpTo);
  const pooled = appendPooling(trained, cut.pooling);
  const features = lastOf(pooled).outputShape[0] ?? 0;
  const dropped = dropout > 0 ? appendLayer(pooled, 'Dropout', 'dropout', { rate: dropout }) : pooled;
  const layers = appendLayer(
    dropped,
    'Dense',
    'classifier',
    { units: numClasses, activation: 'linear', use_bias: true },
    headWeights(features, plan),
  );
  const scales = learningRateScales(model, backbone, plan.layerDecay);
  const head = lastOf(layers);
  return {
    layers,
    inputShape: layers[0]?.outputShape ?? [],
    numClasses,
    weights: layers
      .flatMap((layer) => layer.weights.map((weight) => ({ layer, weight })))
      .map(({ layer, weight }, position): TrainableWeight => {
        const isStatistic = weight.name === 'moving_mean' || weight.name === 'moving_variance';
        const isDrawn = plan.initialization === 'random' || (layer === head && plan.head === 'random');
        return {
          name: `${layer.name}/${weight.name}`,
          layer: layer.name,
          shape: weight.shape,
          value: isDrawn ? initialWeight(layer, weight, plan.seed, position) : decodeWeight(weight),
          trained: !isStatistic,
          isStatistic,
          learningRateScale: scales.get(layer.name) ?? 1,
          decays: /(?:^|_)kernel$/.test(weight.name),
        };
      }),
    batchNormalization: plan.batchNormalization,
  };
}

/** Name of the layer that a new head has in a trainable network. */
export const headOf = (network: TrainableNetwork): string => network.layers.at(-1)?.name ?? '';

/**
 * How fast each layer learns beside the head: the block before the head at `layerDecay` times the head's rate, the one
 * before that at its square, and so on. Early layers hold what is common to all pictures and should move least.
 *
 * @see Howard & Ruder, "Universal Language Model Fine-tuning for Text Classification", 2018, section 3.2
 *   (discriminative fine-tuning), there with a factor of 1 / 2.6 a layer
 */
function learningRateScales(
  model: LoadedModel,
  backbone: NetworkLayer[],
  layerDecay: number,
): Map<string, number> {
  const boundaries = new Set(
    model.manifest.cutPoints.filter((point) => point.blockBoundary).map((point) => point.layer),
  );
  const scales = new Map<string, number>();
  let scale = layerDecay;
  [...backbone].reverse().forEach((layer, fromEnd) => {
    if (fromEnd > 0 && boundaries.has(layer.name)) scale *= layerDecay;
    scales.set(layer.name, scale);
  });
  return scales;
}

function tailOf(backbone: NetworkLayer[], model: LoadedModel, frozenUpTo: string): NetworkLayer[] {
  const frozen = cutBackbone(model, frozenUpTo);
  if (frozen.length > backbone.length) {
    throw new ZooError(
      'MODEL_CUT_UNKNOWN',
      `Nothing trains up to layer ${frozenUpTo}, but the head sits on ${lastOf(backbone).name}, which comes before it. ` +
        'Freeze less, or put the head further back.',
      { cut: frozenUpTo },
    );
  }
  const input = makeInput(frozenUpTo, lastOf(frozen).outputShape);
  return [input, ...backbone.slice(frozen.length)];
}

function headWeights(features: number, { numClasses, head }: TrainablePlan): StoredWeight[] {
  const { weights, bias } =
    head === 'random'
      ? { weights: new Float32Array(features * numClasses), bias: new Float32Array(numClasses) }
      : head;
  requireFittingHead(features, numClasses, weights, bias);
  return [
    { name: 'kernel', shape: [features, numClasses], quantization: null, bytes: bytesOf(weights) },
    { name: 'bias', shape: [numClasses], quantization: null, bytes: bytesOf(bias) },
  ];
}
