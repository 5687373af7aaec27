import { candidateLayers, featureLength } from '../../learning/public.js';
import {
  checkInputSize,
  checkTask,
  describeNoCutPoint,
  describeUnknownLayer,
  type CutPoint,
  type DataSummary,
  type ModelManifest,
  type Problem,
} from '../plugin.js';
import type { FeatureExtractionParameters } from './index.js';

/** Bytes that the features of all training pictures may take; above it the fit would not end in reasonable time. */
const featureBytesLimit = 4 * 1024 ** 3;

/** Every reason why features of this model cannot be classified for this data; empty when they can. */
export function checkFeatureExtraction(
  base: ModelManifest,
  data: DataSummary,
  parameters: FeatureExtractionParameters,
): Problem[] {
  return [
    ...checkTask('feature-extraction-svm', base, data),
    ...checkInputSize(base, parameters.inputSize),
    ...cutProblems(base, data, parameters),
  ];
}

function cutProblems(
  base: ModelManifest,
  data: DataSummary,
  { layer, pooling, inputSize }: FeatureExtractionParameters,
): Problem[] {
  const candidates =
    layer === undefined
      ? candidateLayers(base, pooling)
      : base.cutPoints.filter((point) => point.layer === layer);
  if (candidates.length === 0) {
    return [
      layer === undefined
        ? {
            path: 'baseVersionId',
            message:
              'The base model cannot be cut anywhere: no layer’s output carries everything that follows. Choose another model.',
          }
        : { path: 'parameters.layer', message: describeBadLayer(base, layer) },
    ];
  }
  const area = inputSize === undefined ? 1 : inputSize ** 2 / (base.input.height * base.input.width);
  return candidates.flatMap((cut) => [
    ...shapeProblems(cut),
    ...sizeProblems(cut, pooling, area, data.splits.train.imageCount),
  ]);
}

function describeBadLayer(base: ModelManifest, layer: string): string {
  return base.layers.some(({ name }) => name === layer)
    ? describeNoCutPoint('layer', layer, base)
    : describeUnknownLayer(
        'layer',
        layer,
        base.cutPoints.map((cut) => cut.layer),
      );
}

function shapeProblems(cut: CutPoint): Problem[] {
  const rank = cut.outputShape.length;
  if (rank === 2 || rank === 4) return [];
  return [
    {
      path: 'parameters.layer',
      message: `Layer ${cut.layer} gives a tensor with ${rank} dimensions, ${JSON.stringify(cut.outputShape)}; features are made from [batch, height, width, channels] or [batch, features]. Choose another layer.`,
    },
  ];
}

/** @param area how many times larger the input is than the base model's own; flattened features grow with it */
function sizeProblems(
  cut: CutPoint,
  pooling: 'average' | 'flatten',
  area: number,
  pictures: number,
): Problem[] {
  const ownLength = featureLength(cut, pooling);
  if (ownLength === undefined) {
    return pooling === 'flatten'
      ? [
          {
            path: 'parameters.pooling',
            message: `pooling is "flatten", but the output of layer ${cut.layer} has no fixed size; use "average".`,
          },
        ]
      : [];
  }
  const length = pooling === 'flatten' ? Math.ceil(ownLength * area) : ownLength;
  const bytes = length * pictures * 4;
  if (bytes <= featureBytesLimit) return [];
  return [
    {
      path: pooling === 'flatten' ? 'parameters.pooling' : 'parameters.layer',
      message: `${length} features for each of ${pictures} training pictures take ${(bytes / 1024 ** 3).toFixed(1)} GiB; at most ${featureBytesLimit / 1024 ** 3} GiB are accepted. ${pooling === 'flatten' ? 'Use pooling "average", or cut at a later layer.' : 'Cut at another layer.'}`,
    },
  ];
}
