import type { ModelFile } from '../../learning/tfjs-layers/model-files.js';

/** What a strategy returns: a new classifier, as its difference from the base model or whole. */
export type FittedModel = LinearOnFeatures | FineTuned | WholeNetwork;

/** Where to cut the backbone, what to make of the tensor there, and how large the pictures are on the way in. */
export interface FeatureCut {
  /** Name of a cut point of the model's manifest. */
  layer: string;
  /**
   * `average`: mean over height and width, [channels]. `flatten`: [height · width · channels], row-major. A vector stays
   * as it is.
   */
  pooling: 'average' | 'flatten';
  /** Height and width of the network's input in pixels; left out: the base model's own. */
  inputSize?: number;
}

/** What results that stand on the base have in common: the prefix up to `cut`, its pooling, and a Dense layer as the new head. */
export interface FittedHead {
  /** Where the head sits. What the base has behind it is dropped. */
  cut: FeatureCut;
  /** float32 [featureDim, classes], row-major. */
  weights: Float32Array;
  /** float32 [classes]. */
  bias: Float32Array;
  /** `softmax`: scores are logits and the Dense layer ends in softmax. `linear`: margins, as an SVM gives. */
  activation: 'softmax' | 'linear';
  /** What the strategy chose, for the card: `{ C: 0.3 }`. */
  chosen: Record<string, string | number>;
}

/**
 * A classifier on features of the frozen base: scores = features · weights + bias. Any scaling of the features must be
 * folded into weights and bias.
 */
export interface LinearOnFeatures extends FittedHead {
  kind: 'linear-on-features';
}

/** A network of which layers before the head moved as well. */
export interface FineTuned extends FittedHead {
  kind: 'fine-tuned';
  /**
   * New values of the weights that moved, by `layer/weight` (`block_13_expand/kernel`), float32, row-major, in Keras'
   * layout. A weight that is not named keeps its bytes, and its layer's file is stored once for all models that share it.
   */
  changed: Record<string, Float32Array>;
}

/**
 * A network of its own, as files. It is loaded as strictly as an upload, and evaluated and published like any other result; what
 * its model.json says of labels and of how pictures are prepared is replaced by the data set's classes and the base's way, which
 * is how `FitContext.pictures` gives them. Layers that kept a base layer's name and weights share its file.
 */
export interface WholeNetwork {
  kind: 'whole-network';
  /** tfjs-layers: model.json and the shards that it names, as plain tfjs saves them. Ends in one output for each class. */
  files: readonly ModelFile[];
  /** Height and width of its pictures in pixels; left out: as its input layer declares. */
  inputSize?: number;
  /** `softmax`: it ends in softmax, and its outputs are probabilities. `linear`: they are margins. */
  activation: 'softmax' | 'linear';
  /** What the strategy chose, for the card. */
  chosen: Record<string, string | number>;
}
