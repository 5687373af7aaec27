import { activation, eLU, leakyReLU, pReLU, reLU, softmaxLayer, thresholdedReLU } from './activation.js';
import { batchNormalization } from './batch-normalization.js';
import { conv2D, depthwiseConv2D, separableConv2D } from './convolution.js';
import { dense } from './dense.js';
import { dropoutLayers } from './dropout.js';
import { inputLayer } from './input.js';
import type { LayerKind } from './layer-kind.js';
import { cropping2D, zeroPadding2D } from './margin.js';
import { concatenate, mergeLayers } from './merge.js';
import { averagePooling2D, globalAveragePooling2D, globalMaxPooling2D, maxPooling2D } from './pooling.js';
import { rescaling } from './rescaling.js';
import { flatten, permute, reshape } from './reshape.js';
import { conv2DTranspose } from './transposed-convolution.js';
import { upSampling2D } from './up-sampling.js';

/** Every kind of layer the zoo accepts, by Keras class name. To allow another, describe it and add it here. */
export const layerKinds: ReadonlyMap<string, LayerKind> = new Map(
  [
    inputLayer,
    conv2D,
    depthwiseConv2D,
    separableConv2D,
    conv2DTranspose,
    batchNormalization,
    activation,
    reLU,
    leakyReLU,
    pReLU,
    eLU,
    thresholdedReLU,
    softmaxLayer,
    dense,
    ...dropoutLayers,
    zeroPadding2D,
    cropping2D,
    maxPooling2D,
    averagePooling2D,
    globalMaxPooling2D,
    globalAveragePooling2D,
    flatten,
    reshape,
    permute,
    ...mergeLayers,
    concatenate,
    upSampling2D,
    rescaling,
  ].map((kind) => [kind.className, kind]),
);
