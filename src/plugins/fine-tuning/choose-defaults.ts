import type { OptimizerSpec, Schedule, TrainerSetup, TrainingRecipe } from '../plugin.js';
import type { FineTuningParameters } from './parameters.js';

/** What defaults depend on. */
export interface TrainingFacts {
  trainCount: number;
  /** Training pictures of each class. */
  trainPerClass: readonly number[];
  initialization: TrainerSetup['initialization'];
}

/** All that parameters and defaults decide of a training, beside what trains and from where. */
export interface ChosenTraining {
  setup: Pick<
    TrainerSetup,
    'batchNormalization' | 'dropout' | 'optimizer' | 'layerDecay' | 'clipNorm' | 'batchSize' | 'augmentation'
  >;
  recipe: TrainingRecipe & { schedule: Schedule };
}

/**
 * Completes parameters by what suits the size of the data and the start.
 *
 * - **Epochs.** Pretrained: as many as show 30,000 pictures, within 5 to 30: some 900 steps of 32. BiT-HyperRule takes
 *   500 steps for any data set below 20,000 pictures, fastai's `fine_tune` a handful of epochs; a solved head is their
 *   first part. Random: 200,000 pictures within 30 to 100 epochs; from nothing, networks learn an order of magnitude
 *   slower (Kornblith et al. 2019, section 4.5).
 * - **Batch size.** 32, the largest at which Masters & Luschi 2018 find no loss of accuracy, and ten steps an epoch at
 *   least.
 * - **Learning rate.** See `defaultLearningRate`.
 * - **Weight decay.** AdamW 0.01 (fastai, Loshchilov & Hutter 2019); SGD 1e-4 (He et al. 2016); Adam none, since an L2
 *   penalty inside Adam does not act as decay (Loshchilov & Hutter 2019).
 * - **Decay by depth.** 0.9 a block: over MobileNetV2's 17 blocks a factor of 6, between fastai's `slice(lr / 100, lr)`
 *   and one rate for all. Random weights: 1.
 * - **Warm-up.** A tenth of the epochs, at most 5 (Goyal et al. 2017).
 * - **Clipping.** At 1, as Dosovitskiy et al. 2021 fine-tune (appendix B.1.1).
 * - **Batch normalisation.** Stored statistics for pretrained weights on few pictures, as Keras' transfer-learning guide
 *   has it; the batch's where there are 10,000 pictures, or nothing stored that means anything.
 * - **Label smoothing.** 0.1 from random weights (Szegedy et al. 2016); none from a head that was solved for plain labels.
 * - **Class balance.** Every class equally often where the largest has over three times the pictures of the smallest
 *   (class-balanced sampling, Kang et al. 2020, section 4.1).
 * - **Patience.** Half of the epochs, at least 5: along a cosine the loss falls most in the second half, and a training
 *   that ends before has paid for its high rates without the gain.
 *
 * @see Kolesnikov et al., "Big Transfer (BiT)", 2020, section 3.3 (BiT-HyperRule)
 * @see Howard & Gugger, "fastai: A Layered API for Deep Learning", 2020 (`fine_tune`)
 */
export function chooseDefaults(parameters: FineTuningParameters, facts: TrainingFacts): ChosenTraining {
  const { trainCount, trainPerClass, initialization } = facts;
  const isRandom = initialization === 'random';
  const { optimizer: kind, clipNorm } = parameters;
  const learningRate =
    typeof parameters.learningRate === 'number'
      ? parameters.learningRate
      : defaultLearningRate(kind, initialization);
  const epochs = parameters.epochs ?? defaultEpochs(trainCount, isRandom);
  const batchSize = parameters.batchSize ?? Math.max(1, Math.min(32, Math.floor(trainCount / 10)));
  const patience = parameters.patience ?? Math.max(5, Math.ceil(epochs / 2));
  const balance = parameters.classBalance;
  const isSkewed = skewOf(trainPerClass) > mostSkew;
  return {
    setup: {
      batchNormalization: chooseBatchNormalization(parameters, trainCount, isRandom),
      dropout: parameters.dropout,
      optimizer: optimizerOf(parameters),
      layerDecay: parameters.layerDecay ?? (isRandom ? 1 : 0.9),
      ...(clipNorm > 0 ? { clipNorm } : {}),
      batchSize,
      augmentation: parameters.augmentation ?? (isRandom ? 'strong' : 'light'),
    },
    recipe: {
      batchSize,
      epochs,
      schedule: {
        kind: 'cosine',
        learningRate,
        warmupEpochs: parameters.warmUpEpochs ?? Math.min(5, epochs / 10),
      },
      labelSmoothing: parameters.labelSmoothing ?? (isRandom ? 0.1 : 0),
      mixupAlpha: parameters.mixupAlpha,
      classWeights: balance === 'weights' ? 'balanced' : 'none',
      sampling:
        balance === 'sampling' || (balance === 'auto' && isSkewed) ? 'class-balanced' : 'instance-balanced',
      earlyStopping: { patience, minDelta: 0 },
      startIsCandidate: !isRandom,
    },
  };
}

/**
 * How many fixed views of a picture a training comes to show, of those that may be prepared: where every picture is shown
 * once an epoch, no more than there are epochs.
 */
export function viewsShown(views: number, { sampling, epochs }: TrainingRecipe): number {
  return sampling === 'instance-balanced' ? Math.min(views, epochs) : views;
}

/** Above this ratio of largest to smallest class, classes are balanced. */
const mostSkew = 3;

/** From this many training pictures on, batches say more of the data than stored statistics do. */
const enoughForBatchStatistics = 10_000;

/**
 * Where no rate is given. Adam and AdamW: 1e-3, Adam's own default and what fastai's `fine_tune` comes to after its frozen
 * epoch. SGD: 0.01, the top of LP-FT's grid, for pretrained weights; 0.03, He et al.'s 0.1 for 256 pictures by the
 * square-root rule for 32, for random ones.
 *
 * @see Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", 2022, appendix B
 */
export function defaultLearningRate(
  optimizer: FineTuningParameters['optimizer'],
  initialization: TrainerSetup['initialization'],
): number {
  if (optimizer === 'sgd') return initialization === 'random' ? 0.03 : 0.01;
  return 1e-3;
}

function defaultEpochs(trainCount: number, isRandom: boolean): number {
  const [pictures, least, most] = isRandom ? [200_000, 30, 100] : [30_000, 5, 30];
  return Math.max(least, Math.min(most, Math.round(pictures / Math.max(1, trainCount))));
}

function chooseBatchNormalization(
  { batchNormalization }: FineTuningParameters,
  trainCount: number,
  isRandom: boolean,
): 'frozen' | 'training' {
  if (batchNormalization !== 'auto') return batchNormalization;
  return isRandom || trainCount >= enoughForBatchStatistics ? 'training' : 'frozen';
}

function optimizerOf({ optimizer, momentum, weightDecay }: FineTuningParameters): OptimizerSpec {
  if (optimizer === 'sgd') {
    return { kind: 'sgd', momentum, nesterov: momentum > 0, weightDecay: weightDecay ?? 1e-4 };
  }
  const decay = weightDecay ?? (optimizer === 'adamw' ? 0.01 : 0);
  return { kind: optimizer, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: decay };
}

/** Largest class over smallest. */
function skewOf(perClass: readonly number[]): number {
  const present = perClass.filter((count) => count > 0);
  return present.length === 0 ? 1 : Math.max(...present) / Math.min(...present);
}
