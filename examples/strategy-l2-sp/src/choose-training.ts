import type { FeatureCut, FitContext, TrainerSetup, TrainingRecipe } from 'modelzoo/plugin';
import type { L2SpParameters } from './index.js';
import { l2SpPenalty } from './l2-sp-penalty.js';

/** All that a training is made of but the head it starts from. */
export interface ChosenTraining {
  setup: Omit<TrainerSetup, 'head'>;
  recipe: TrainingRecipe;
}

/**
 * Completes the parameters as the paper trains: stochastic gradient descent with momentum, a learning rate that falls to a
 * tenth after two thirds of the steps, and no weight decay beside the penalty. An optimizer that scales gradients weight by weight,
 * such as Adam, would scale the penalty's too, and it would no longer be the one that is written down.
 *
 * @see Li, Grandvalet and Davoine 2018, section 4.2
 */
export function chooseTraining(
  { parameters, imageCounts }: FitContext<L2SpParameters>,
  cut: FeatureCut,
): ChosenTraining {
  const { alpha, beta, learningRate, frozenUpTo } = parameters;
  const trainCount = imageCounts.train;
  const batchSize = parameters.batchSize ?? Math.max(1, Math.min(32, Math.floor(trainCount / 10)));
  const epochs = parameters.epochs ?? Math.max(5, Math.min(30, Math.round(30_000 / trainCount)));
  return {
    setup: {
      cut,
      frozenUpTo,
      initialization: 'pretrained',
      batchNormalization: 'frozen',
      dropout: 0,
      optimizer: { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
      penalty: l2SpPenalty(alpha, beta),
      layerDecay: 1,
      clipNorm: 1,
      batchSize,
      augmentation: 'light',
      views: 4,
    },
    recipe: {
      batchSize,
      epochs,
      schedule: ({ step, stepsPerEpoch, epochs: all }) =>
        step < (2 / 3) * stepsPerEpoch * all ? learningRate : learningRate / 10,
      labelSmoothing: 0,
      mixupAlpha: 0,
      classWeights: 'none',
      sampling: 'instance-balanced',
      startIsCandidate: true,
    },
  };
}
