import type { InferenceSession } from 'onnxruntime-node';

/** How networks are run by ONNX Runtime, in use and in training. @param threads CPU threads of one operation. */
export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: {
      // Threads that spin between two runs would take the cores from whoever decodes pictures and prepares batches.
      session: { intra_op: { allow_spinning: '0' } },
      // Its Pad_Fusion turns zeros in front of a maximum pooling into "no value there", which changes negative maxima;
      // the lowerings put padding into convolutions by themselves.
      optimization: { disable_specified_optimizers: 'Pad_Fusion' },
    },
  };
}
