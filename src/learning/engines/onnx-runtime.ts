import { createRequire } from 'node:module';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { LoweredNetwork } from '../onnx/lower-network.js';

/**
 * Runs lowered networks on ONNX Runtime's CPU provider. Import it in a job's process only: the native library is
 * heavy, and `run` blocks the event loop while it computes.
 */
export interface OnnxSession {
  /**
   * @param pictures uint8 or float32 [count, height, width, channels], as the network was lowered for.
   * @returns per output, float32 [count, length]; the arrays are the caller's.
   */
  run(pictures: Uint8Array | Float32Array, shape: number[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Names the engine in cache keys: results of different versions may differ in the last bits. */
export const onnxRuntimeEngine = `onnxruntime-node@${version()}/cpu`;

/** @param threads how many the operators may use. */
export async function createOnnxSession(network: LoweredNetwork, threads: number): Promise<OnnxSession> {
  const session = await InferenceSession.create(network.bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Threads that spin between two runs would take the cores from the decoding of the next pictures.
    // Its Pad_Fusion turns zeros in front of a maximum pooling into "no value there", which changes negative maxima; the
    // lowering puts padding into convolutions by itself.
    extra: {
      session: { intra_op: { allow_spinning: '0' } },
      optimization: { disable_specified_optimizers: 'Pad_Fusion' },
    },
  });
  return {
    async run(pictures, shape) {
      const tensor =
        pictures instanceof Uint8Array
          ? new Tensor('uint8', pictures, shape)
          : new Tensor('float32', pictures, shape);
      const results = await session.run({ [network.input]: tensor });
      return network.outputs.map(({ name }) => {
        const data = results[name]?.data;
        if (!(data instanceof Float32Array)) throw new Error(`output ${name} is not float32`);
        return data;
      });
    },
    dispose: () => session.release(),
  };
}

function version(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return version;
}
