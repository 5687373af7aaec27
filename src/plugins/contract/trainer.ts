import type { AugmentationPreset } from '../../learning/images/augmentation.js';
import type { TrainingData } from '../../learning/training/data/training-data.js';
import type { OptimizerSpec, TrainingStep } from '../../learning/training/engines/training-engine.js';
import type { LossFunction } from '../../learning/training/programs/loss-function.js';
import type { OptimizerRule } from '../../learning/training/programs/optimizer-rule.js';
import type { WeightPenalty } from '../../learning/training/programs/weight-penalty.js';
import type { TrainingOutcome } from '../../learning/training/loop/training-run.js';
import type { TrainingRecipe } from '../../learning/training/loop/training-recipe.js';
import type { FeatureCut } from './fitted-model.js';

/** Which part of the base model trains, under which new head, and by which optimizer. */
export interface TrainerSetup {
  /** Where the new head sits: layer, pooling, size of the pictures. */
  cut: FeatureCut;
  /** Cut point of the base up to which it stays frozen; what follows trains. Left out: every layer trains. */
  frozenUpTo?: string;
  /** The head to start from: solved on features (see `featuresAtCuts`), or drawn from the seed. */
  head: { weights: Float32Array; bias: Float32Array } | 'random';
  /** What the trained layers start from; `random` draws them anew from the seed. */
  initialization: 'pretrained' | 'random';
  /** `frozen`: stored statistics are used and kept; scale and shift train. `training`: the batch's own are used. */
  batchNormalization: 'frozen' | 'training';
  /** Share of the pooled features that is dropped at random before the head, in [0, 1). */
  dropout: number;
  /** One of ours by its numbers, or a rule of the strategy's own. */
  optimizer: OptimizerSpec | OptimizerRule;
  /** What a network's answer is held against. Left out: softmax cross-entropy. */
  loss?: LossFunction;
  /** Added to the mean loss, weight by weight. Left out: none. */
  penalty?: WeightPenalty;
  /** Each block of layers further from the head learns at this times the rate of the one after it, in (0, 1]. */
  layerDecay: number;
  /** Largest L2 norm of all gradients together. Left out: none. */
  clipNorm?: number;
  batchSize: number;
  /** How training pictures vary from one pass to the next. */
  augmentation: AugmentationPreset;
  /** Where a prefix is frozen, how many fixed views of a picture there are, the plain one among them. */
  views: number;
}

/**
 * A network ready for training. `fit` does all that a recipe says; a strategy with a loop of its own uses `step` and the
 * data. Dispose of it after use.
 */
export interface Trainer {
  /** What it runs on, for people: `onnxruntime-node@1.30.0/cpu, CPU, 2 threads`. */
  readonly engine: string;
  readonly trainedParameterCount: number;
  /** Labelled pictures, or what the frozen prefix makes of them. */
  readonly train: TrainingData;
  readonly validation: TrainingData;
  /** The single step, on the engine. */
  readonly step: TrainingStep;
  /**
   * Tries rising learning rates for a hundred steps and gives one that suits; undefined where they tell nothing.
   * Everything else is as it was before.
   */
  findLearningRate(recipe: TrainingRecipe): Promise<number | undefined>;
  /** Trains, keeps checkpoints, goes on from one where there is one, and leaves the network with its best weights. */
  fit(recipe: TrainingRecipe): Promise<TrainingOutcome>;
  /** The network as it is now, ready to be returned. */
  read(): Promise<TrainedNetwork>;
  dispose(): Promise<void>;
}

/** What has been trained, as a result needs it. */
export interface TrainedNetwork {
  /** Of the head: float32 [featureDim, classes] and [classes]. */
  weights: Float32Array;
  bias: Float32Array;
  /** Trained weights and moved statistics of the base's layers, by `layer/weight`. */
  changed: Record<string, Float32Array>;
}
