/**
 * The part of the learning library that strategies build on, `modelzoo/learning`: the algorithms that the built-in strategies
 * are made of. Importing it loads no engine; what computes loads one when it is called. It changes by the same policy as the
 * contract.
 *
 * @see docs/guides/strategy-contract.md
 * @packageDocumentation
 */

// Where a network can be cut.
export { candidateLayers, featureLength, probeCuts } from './cuts/candidate-layers.js';
export {
  frozenPrefixBefore,
  hasParametersFrom,
  prefixUpTo,
  usableCuts,
  type FrozenPrefix,
} from './cuts/frozen-prefix.js';

// Linear classifiers on features.
export {
  fitLinearClassifier,
  LinearClassifierFit,
  type LinearClassifier,
  type LinearClassifierInput,
  type LinearClassifierOptions,
} from './linear/fit-linear-classifier.js';
export type { Candidate as CandidateC } from './linear/choose-c.js';
export { planLinearMemory, type LinearMemoryPlan, type LinearProblemSize } from './linear/memory-estimate.js';
export { dealStratifiedFolds, type StratifiedFolds } from './linear/stratified-folds.js';
export { bestProbe } from './linear/best-probe.js';
export type { FeatureMatrix } from './features/compute-features.js';
export { scoreLinear, type LinearHead } from './linear/score-linear.js';

// What features are worth, with nothing trained: for estimates.
export {
  nearestNeighbourAccuracy,
  type NearestNeighbourOptions,
} from './transferability/nearest-neighbour-accuracy.js';
export type { LabelledFeatureMatrix, ScoreOptions } from './transferability/labelled-feature-matrix.js';
export { channelStatistics, type ChannelStatistics } from './transferability/channel-statistics.js';
export { stratifiedSubset } from './transferability/stratified-subset.js';

// How sure a classifier may be.
export { crossEntropy, fitTemperature } from './evaluation/fit-temperature.js';
export { calibrateHead, divideByTemperature } from './evaluation/calibrate-head.js';

// Pieces of a training loop.
export { checkRecipe, type RecipeSubject } from './training/loop/check-recipe.js';
export { learningRateAt, type TrainingLength } from './training/loop/learning-rate/schedule.js';
export { createSampleOrder, type EpochOrder } from './training/loop/batches/sample-order.js';
export { balancedClassWeights, buildTargets, type TargetOptions } from './training/loop/batches/targets.js';

// Plain tfjs.
export { loadPlainModel, savePlainModel } from './tfjs-layers/plain-model.js';

// Numbers that look random, the same for the same seed.
export { createRandom, drawNormal, shuffle, type Random } from './random.js';
