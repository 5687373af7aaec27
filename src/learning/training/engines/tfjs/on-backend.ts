import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../../tensor-program.js';

/**
 * Runs operations on a backend and frees what they leave behind, but for the tensors given back. tfjs has one current
 * backend for the whole process, and recording a program or another engine changes it: each run sets its own.
 */
export function onBackend(
  tf: Tf,
  backend: string,
  run: () => Record<string, Tensor>,
): Record<string, Tensor> {
  // Settled at once: backends of Node are not asynchronous.
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
  return tf.tidy(run);
}
