import { noiseRate } from '../../layers/dropout.js';
import type { TrainableNetwork } from '../trainable-network.js';

/** A mask that the engine draws anew for every step. */
export interface DropoutMask {
  layer: string;
  /** With the batch. */
  shape: number[];
  /** Share of values that are dropped, in (0, 1). The others are kept times 1 / (1 − rate). */
  rate: number;
}

/** The masks that a training step of so many rows takes, in running order. */
export function dropoutMasks(network: TrainableNetwork, rows: number): DropoutMask[] {
  return network.layers
    .map((layer) => ({ layer: layer.name, shape: [rows, ...layer.outputShape], rate: noiseRate(layer) }))
    .filter(({ rate }) => rate > 0);
}
