import type { NetworkLayer } from '../tfjs-layers/network.js';

/**
 * A network, or what follows a cut of one, ready to be trained: the layers with the classification head as the last,
 * and for every weight whether and how it moves. Its last layer gives logits; the softmax belongs to the loss.
 */
export interface TrainableNetwork {
  /** In running order. The first is an input layer; in a tail it stands for the cut's tensor. */
  layers: NetworkLayer[];
  /** Without the batch: [height, width, channels] or [features]. */
  inputShape: number[];
  numClasses: number;
  /** Of every layer, in running order. */
  weights: TrainableWeight[];
  /**
   * `frozen`: stored statistics are used and kept, gamma and beta still train where they are `trained`.
   * `training`: the batch's own statistics are used, and the stored ones follow them by the layer's momentum.
   */
  batchNormalization: 'frozen' | 'training';
}

/** A weight tensor and how training treats it. */
export interface TrainableWeight {
  /** `layer/weight`, for example `block_13_expand/kernel`. Unique. */
  name: string;
  layer: string;
  shape: number[];
  /** float32, row-major, in Keras' layout. Borrowed: training works on copies. */
  value: Float32Array;
  /** Moved by the optimizer. */
  trained: boolean;
  /** A moving statistic of batch normalisation: moved by the batches, not by the optimizer. */
  isStatistic: boolean;
  /** The learning rate of this weight is the step's times this: layers nearer the input move less. */
  learningRateScale: number;
  /** Subject to weight decay: kernels are, biases and batch normalisation are not. */
  decays: boolean;
}
