import { planTrainingMemory } from '../../../learning/training/estimate-training-memory.js';
import { probeCuts } from '../../../learning/public.js';
import { chooseDefaults, type FineTuningParameters } from '../../../plugins/plugin.js';
import {
  picturesNotMeasured,
  promiseSeconds,
  solveSeconds,
  speedOf,
  type CostInput,
  type JobCost,
} from './job-cost.js';
import { headBytes } from './linear-cost.js';
import { networkPart } from './network-part.js';

/** Which layers a fine-tune trains. */
export interface TrainedPart {
  /** The layer that the head reads. */
  head: string;
  /** The last layer that stays frozen; undefined: everything trains. */
  frozenUpTo: string | undefined;
  /** Variations of each picture that the frozen layers are run on. */
  views: number;
}

/** What a fine-tune takes, and how often it shows each picture. */
export interface TrainingCost extends JobCost {
  epochs: number;
}

/**
 * What a fine-tune by its defaults takes. Seconds are a sum of passes through parts of the network, a part counted by its
 * share of the multiplications:
 *
 * - the frozen layers, on every view of the training pictures and on the validation pictures, once;
 * - the layers that train, forward, back and updated (`stepCost` forward passes), on every picture in every epoch, and forward
 *   on the validation pictures after each;
 * - the evaluation: base and result on the test pictures;
 * - linear probes at the cuts that are compared, once to begin from and once as the baseline.
 *
 * All epochs are counted, also those that early stopping may save.
 */
export function trainingCost(
  input: CostInput,
  { head, frozenUpTo, views }: TrainedPart,
  parameters: FineTuningParameters,
  family: string,
): TrainingCost {
  const { manifest, data, threads, cost } = input;
  const { train, validation, test } = data.splits;
  const { setup, recipe } = chooseDefaults(parameters, {
    trainCount: train.imageCount,
    trainPerClass: train.perClass,
    initialization: 'pretrained',
  });
  const { batchNormalization, batchSize, optimizer } = setup;
  const tail = networkPart(manifest, frozenUpTo, head);
  const upToHead = networkPart(manifest, undefined, head);
  const deepest = manifest.cutPoints.at(-1)?.layer ?? head;
  const whole = networkPart(manifest, undefined, deepest);
  const tailShare = shareOf(tail.multiplications, whole.multiplications);
  const frozenShare = shareOf(upToHead.multiplications - tail.multiplications, whole.multiplications);
  const step = cost.stepCost[batchNormalization];
  const passes =
    frozenShare * (views * train.imageCount + validation.imageCount) +
    recipe.epochs * tailShare * (step * train.imageCount + validation.imageCount) +
    (1 + frozenShare + tailShare) * test.imageCount +
    picturesNotMeasured(input) +
    validation.imageCount;
  const probes = probeCuts(manifest, undefined).map(({ layer }) => networkPart(manifest, undefined, layer));
  const solving = probes.reduce(
    (sum, { featureDim }) => sum + 2 * solveSeconds(input, 'softmax', featureDim),
    0,
  );
  const speed = speedOf(input);
  const numClasses = data.classes.length;
  const ofHead = headBytes(upToHead.featureDim, numClasses);
  const trainedBytes = 4 * tail.parameters + ofHead;
  const inputValues =
    frozenUpTo === undefined
      ? manifest.input.height * manifest.input.width * manifest.input.channels
      : networkPart(manifest, undefined, frozenUpTo).outputValues;
  const memory = planTrainingMemory(
    {
      weightBytes: trainedBytes,
      trainedBytes,
      valuesPerPicture: tail.values + numClasses,
      inputValues,
      batchNormalization,
    },
    { optimizer, batchSize, threads, isCompiled: true },
  );
  return {
    epochs: recipe.epochs,
    seconds:
      speed === null ? null : promiseSeconds(cost.startSeconds + passes / speed + solving, family, cost),
    peakMemoryBytes: cost.processBytes + 8 * upToHead.parameters + memory.totalBytes,
    storedBytes: trainedBytes,
  };
}

const shareOf = (part: number, whole: number): number => (whole > 0 ? Math.max(0, part / whole) : 1);
