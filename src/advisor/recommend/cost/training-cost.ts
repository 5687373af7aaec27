import type { Promised } from '../../advice.js';
import { planTrainingMemory } from '../../../learning/training/estimate-training-memory.js';
import { probeCuts } from '../../../learning/public.js';
import { viewsShown } from '../../../plugins/fine-tuning/choose-defaults.js';
import { chooseDefaults, type ChosenTraining, type FineTuningParameters } from '../../../plugins/plugin.js';
import {
  picturesNotMeasured,
  promiseSeconds,
  solveSeconds,
  speedOf,
  type CostInput,
  type JobCost,
} from './job-cost.js';
import { headBytes } from './linear-cost.js';
import { networkPart, type NetworkPart } from './network-part.js';
import type { TrainedPart } from './trained-part.js';

/** What a fine-tune takes, and how often it shows each picture. */
export interface TrainingCost extends JobCost {
  epochs: number;
}

/** How a training is set up, and the parts of its network. */
interface Training extends ChosenTraining {
  /** Nothing is frozen. */
  isWhole: boolean;
  views: number;
  /** What trains, without the head. */
  tail: NetworkPart;
  /** Everything up to the head. */
  upToHead: NetworkPart;
  /** Values of a picture, or of the frozen layers' output for one. */
  inputValues: number;
}

/**
 * What a fine-tune takes, at most: all epochs are counted, also those that early stopping may save.
 *
 * @param initialization what the weights start as
 */
export function trainingCost(
  input: CostInput,
  part: TrainedPart,
  parameters: FineTuningParameters,
  { family, initialization }: { family: string; initialization: 'pretrained' | 'random' },
): TrainingCost {
  const { manifest, data, cost } = input;
  const { imageCount, perClass } = data.splits.train;
  const { frozenUpTo, head, views } = part;
  const { height, width, channels } = manifest.input;
  const facts = { trainCount: imageCount, trainPerClass: perClass, initialization };
  const chosen = chooseDefaults(parameters, facts);
  const training: Training = {
    ...chosen,
    isWhole: frozenUpTo === undefined,
    views: viewsShown(views, chosen.recipe),
    tail: networkPart(manifest, frozenUpTo, head),
    upToHead: networkPart(manifest, undefined, head),
    inputValues:
      frozenUpTo === undefined
        ? height * width * channels
        : networkPart(manifest, undefined, frozenUpTo).outputValues,
  };
  const seconds = trainingSeconds(input, training);
  const { tail, upToHead } = training;
  return {
    epochs: training.recipe.epochs,
    seconds:
      seconds === null ? null : afterStart(promiseSeconds(seconds, family, cost), cost.startSeconds.training),
    peakMemoryBytes: trainingMemory(input, training),
    storedBytes: trainedBytes(tail, upToHead, data),
  };
}

/**
 * Without the start of the job, a sum of passes through parts of the network, each counted by its share of the
 * multiplications:
 *
 * - the frozen layers, on every view that is shown of the training pictures and on the validation pictures, once;
 * - the layers that train: `stepCost` forward passes for every picture in every epoch, and one for every validation picture;
 * - the evaluation: base and result on the test pictures;
 * - features of training pictures that the advice did not see, and of the validation pictures, for the head to start from;
 *
 * of steps, in each of which the optimiser moves every weight that trains, and of the linear probes at the cuts that are
 * compared, solved to begin from and again as the baseline.
 */
function trainingSeconds(
  input: CostInput,
  { setup, recipe, isWhole, views, tail, upToHead }: Training,
): number | null {
  const { manifest, data, cost, area } = input;
  const { train, validation, test } = data.splits;
  const speed = speedOf(input);
  if (speed === null) return null;
  const deepest = manifest.cutPoints.at(-1)?.layer ?? manifest.layers.at(-1)?.name ?? '';
  const whole = networkPart(manifest, undefined, deepest).multiplications;
  const tailShare = shareOf(tail.multiplications, whole);
  const frozenShare = shareOf(upToHead.multiplications - tail.multiplications, whole);
  const step = cost.stepCost[isWhole ? 'whole' : 'tail'][setup.batchNormalization];
  const passes =
    frozenShare * (views * train.imageCount + validation.imageCount) +
    recipe.epochs * tailShare * (step * train.imageCount + validation.imageCount) +
    (1 + frozenShare + tailShare) * test.imageCount +
    picturesNotMeasured(input) +
    validation.imageCount;
  const steps = recipe.epochs * Math.ceil(train.imageCount / setup.batchSize);
  const updates = steps * cost.updateSeconds * (trainedBytes(tail, upToHead, data) / 4);
  const solving = probeCuts(manifest, undefined)
    .map(({ layer }) => networkPart(manifest, undefined, layer).featureDim)
    .reduce((sum, featureDim) => sum + 2 * solveSeconds(input, 'softmax', featureDim), 0);
  return (area * passes) / speed + updates + solving;
}

function trainingMemory(
  { data, threads, cost, area }: CostInput,
  { setup, tail, upToHead, inputValues }: Training,
): number {
  const numClasses = data.classes.length;
  const { optimizer, batchSize, batchNormalization } = setup;
  const trained = trainedBytes(tail, upToHead, data);
  const { totalBytes } = planTrainingMemory(
    {
      weightBytes: trained,
      trainedBytes: trained,
      valuesPerPicture: area * tail.values + numClasses,
      inputValues: area * inputValues,
      batchNormalization,
    },
    { optimizer, batchSize, threads, isCompiled: true },
  );
  // The network is held as it was read, and once more in the engine that runs the frozen layers.
  return cost.processBytes + 8 * upToHead.parameters + totalBytes;
}

/** What a job takes before its first picture is the same whatever comes then. */
function afterStart({ value, low, high }: Promised, start: number): Promised {
  return { value: start + value, low: start + low, high: start + high };
}

/** Of the layers that train and the head, float32. */
function trainedBytes(tail: NetworkPart, upToHead: NetworkPart, { classes }: CostInput['data']): number {
  return 4 * tail.parameters + headBytes(upToHead.featureDim, classes.length);
}

const shareOf = (part: number, whole: number): number => (whole > 0 ? Math.max(0, part / whole) : 1);
