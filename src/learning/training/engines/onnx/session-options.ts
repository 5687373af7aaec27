import type { InferenceSession } from 'onnxruntime-node';

/** How training's graphs are run by ONNX Runtime. @param threads CPU threads of one operation. */
export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: {
      // Threads that spin between two runs would take the cores from whoever prepares the next batch.
      session: { intra_op: { allow_spinning: '0' } },
      // Its Pad_Fusion takes zeros in front of a maximum pooling for "no value there", which changes negative maxima.
      optimization: { disable_specified_optimizers: 'Pad_Fusion' },
    },
  };
}
