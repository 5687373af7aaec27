import type { EngineName, TrainingEngine } from './training-engine.js';

/** Which engine is wanted, and what it may use. */
export interface EngineWish {
  /** `auto`: the fastest that is there. */
  wanted: 'auto' | EngineName;
  /** Folder that `scripts/build-tfjs-addon.mjs` built into. */
  addonFolder?: string;
  /** CPU threads. */
  threads: number;
}

/** How an engine stands on this machine: ready, or why it is not there and how to get it, a sentence each. */
export type EngineStanding = { engine: TrainingEngine } | { reason: string; remedy: string };

/**
 * Fastest first: a GPU where there is one; ONNX Runtime, which runs the whole step as one graph; TensorFlow called
 * operation by operation; plain JavaScript.
 */
export const engineNames = [
  'tfjs-node-gpu',
  'onnxruntime',
  'tfjs-node',
  'tfjs-cpu',
] as const satisfies EngineName[];
