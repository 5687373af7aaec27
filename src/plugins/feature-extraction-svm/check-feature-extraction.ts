import type { CutPoint, ModelManifest } from '../../learning/model-manifest.js';
import type { Problem } from '../../errors.js';
import type { DataSummary } from '../contract.js';
import { nearestNames } from '../nearest-names.js';
import { candidateLayers, featureLength } from '../candidate-layers.js';
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
    ...modelProblems(base),
    ...dataProblems(data),
    ...inputSizeProblems(base, parameters),
    ...cutProblems(base, data, parameters),
  ];
}

function modelProblems(base: ModelManifest): Problem[] {
  const { channels } = base.input;
  if (channels === 1 || channels === 3) return [];
  return [
    {
      path: 'baseVersionId',
      message: `The base model takes pictures with ${channels} channels; pictures have 1 (grey) or 3 (red, green, blue). Choose a model with 1 or 3 input channels.`,
    },
  ];
}

function dataProblems(data: DataSummary): Problem[] {
  const problems: Problem[] = [];
  const path = 'datasetVersionId';
  if (data.task !== 'image-classification') {
    problems.push({
      path,
      message: `The data set is for ${String(data.task)}; feature-extraction-svm needs image-classification.`,
    });
  }
  if (data.classes.length < 2) {
    problems.push({
      path,
      message: `The data set has ${data.classes.length} ${data.classes.length === 1 ? 'class' : 'classes'}; a classifier needs at least 2.`,
    });
  }
  const empty = data.classes.filter((_, label) => (data.splits.train.perClass[label] ?? 0) === 0);
  if (empty.length > 0) {
    problems.push({
      path,
      message: `${empty.length === 1 ? 'Class' : 'Classes'} ${listNames(empty)} ${empty.length === 1 ? 'has' : 'have'} no training picture; every class needs at least 1. Add pictures or drop the class.`,
    });
  }
  if (data.splits.test.imageCount === 0) {
    problems.push({
      path,
      message:
        'The data set has no test pictures, so the result could not be evaluated. Publish a version with a test split.',
    });
  }
  return problems;
}

function inputSizeProblems(
  { inputSizes }: ModelManifest,
  { inputSize }: FeatureExtractionParameters,
): Problem[] {
  if (inputSize === undefined) return [];
  const path = 'parameters.inputSize';
  if (inputSizes.kind === 'pinned') {
    const { height, width, pinnedBy } = inputSizes;
    if (inputSize === height && inputSize === width) return [];
    return [
      {
        path,
        message: `inputSize is ${inputSize}; layer ${pinnedBy} of the base model accepts pictures of exactly ${height} × ${width}. Leave inputSize out.`,
      },
    ];
  }
  const least = Math.max(inputSizes.minimumHeight, inputSizes.minimumWidth);
  if (inputSize >= least) return [];
  return [{ path, message: `inputSize is ${inputSize}; the base model accepts ${least} or more.` }];
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
        : { path: 'parameters.layer', message: describeUnknownLayer(base, layer) },
    ];
  }
  const area = inputSize === undefined ? 1 : inputSize ** 2 / (base.input.height * base.input.width);
  return candidates.flatMap((cut) => [
    ...shapeProblems(cut),
    ...sizeProblems(cut, pooling, area, data.splits.train.imageCount),
  ]);
}

function describeUnknownLayer(base: ModelManifest, layer: string): string {
  const names = base.cutPoints.map((cut) => cut.layer);
  const position = base.layers.findIndex(({ name }) => name === layer);
  if (position >= 0) {
    const next = base.layers.slice(position).find(({ name }) => names.includes(name));
    return (
      `layer is "${layer}", after which the network cannot be cut, because other tensors pass beside it. ` +
      (next === undefined ? '' : `The next cut point is ${next.name}.`)
    );
  }
  const near = nearestNames(layer, names);
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : `Cut points near the end: ${names.slice(-3).join(', ')}.`;
  return `layer is "${layer.slice(0, 80)}", which is no layer of the base model. ${hint}`;
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

function listNames(names: string[]): string {
  const shown = names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
