import { candidateLayers, checkRecipe } from '../../learning/public.js';
import { checkInputSize, checkTask } from '../check/check-task.js';
import type { DataSummary, ModelManifest, Problem, TrainerSetup } from '../plugin.js';
import { describeNoCutPoint, describeUnknownLayer } from '../check/describe-unknown-layer.js';
import { chooseDefaults } from './choose-defaults.js';
import type { FineTuningParameters } from './parameters.js';

/** Every reason, common to strategies with a training loop, why they cannot run; empty when they can. */
export function checkFineTuning(
  strategy: string,
  base: ModelManifest,
  data: DataSummary,
  parameters: FineTuningParameters,
  initialization: TrainerSetup['initialization'],
): Problem[] {
  return [
    ...checkTask(strategy, base, data),
    ...checkInputSize(base, parameters.inputSize),
    ...validationProblems(strategy, data),
    ...headProblems(base, parameters),
    ...trainingProblems(data, parameters, initialization),
  ];
}

/** The layer that the head reads: the one that is named, else the last that still has height and width. */
export function headLayer(base: ModelManifest, layer: string | undefined): string | undefined {
  return layer ?? candidateLayers(base, 'average')[0]?.layer;
}

function validationProblems(strategy: string, { splits }: DataSummary): Problem[] {
  if (splits.validation.imageCount > 0) return [];
  return [
    {
      path: 'datasetVersionId',
      message: `The data set has no validation pictures; ${strategy} needs some to tell when to stop. Publish a version with a validation split, or let the import make one.`,
    },
  ];
}

function headProblems(base: ModelManifest, { layer }: FineTuningParameters): Problem[] {
  const head = headLayer(base, layer);
  if (head === undefined) {
    return [
      {
        path: 'baseVersionId',
        message:
          'The base model cannot be cut anywhere: no layer’s output carries everything that follows. Choose another model.',
      },
    ];
  }
  const path = 'parameters.layer';
  const cut = base.cutPoints.find((point) => point.layer === head);
  if (cut === undefined) {
    const names = base.cutPoints.map((point) => point.layer);
    const isLayer = base.layers.some(({ name }) => name === head);
    const message = isLayer
      ? describeNoCutPoint('layer', head, base)
      : describeUnknownLayer('layer', head, names);
    return [{ path, message }];
  }
  const rank = cut.outputShape.length;
  if (rank === 2 || rank === 4) return [];
  return [
    {
      path,
      message: `Layer ${head} gives a tensor with ${rank} dimensions, ${JSON.stringify(cut.outputShape)}; a head reads [batch, height, width, channels] or [batch, features]. Choose another layer.`,
    },
  ];
}

/** What the recipe makes of the parameters' names. */
const parameterOf: Readonly<Record<string, string>> = {
  batchSize: 'parameters.batchSize',
  epochs: 'parameters.epochs',
  'schedule.learningRate': 'parameters.learningRate',
  'schedule.warmupEpochs': 'parameters.warmUpEpochs',
  labelSmoothing: 'parameters.labelSmoothing',
  mixupAlpha: 'parameters.mixupAlpha',
  'earlyStopping.patience': 'parameters.patience',
};

function trainingProblems(
  { classes, splits }: DataSummary,
  parameters: FineTuningParameters,
  initialization: TrainerSetup['initialization'],
): Problem[] {
  const { imageCount: trainCount, perClass: trainPerClass } = splits.train;
  const { setup, recipe } = chooseDefaults(parameters, { trainCount, trainPerClass, initialization });
  const problems = checkRecipe(recipe, { trainCount, numClasses: classes.length })
    // What concerns the data as a whole has been said already.
    .filter(({ path }) => path in parameterOf)
    .map(({ path, message }) => ({
      path: parameterOf[path] ?? path,
      message: message.replace('warmupEpochs', 'warmUpEpochs'),
    }));
  if (initialization === 'random' && setup.batchNormalization === 'frozen') {
    problems.push({
      path: 'parameters.batchNormalization',
      message:
        'batchNormalization is "frozen", but random weights have no statistics worth keeping. Use "training" or "auto".',
    });
  }
  if (setup.batchNormalization === 'training' && setup.batchSize < 4 && trainCount > 0) {
    problems.push({
      path: 'parameters.batchSize',
      message: `batchSize is ${setup.batchSize}; batch normalisation in training mode needs at least 4 pictures to take means and variances over. Use 4 or more, or batchNormalization "frozen".`,
    });
  }
  return problems;
}
