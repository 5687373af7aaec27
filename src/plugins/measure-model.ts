import { createFeatureExtractor } from '../learning/features/feature-extractor.js';
import type { LoadedModel } from '../learning/tfjs-layers/network.js';

/** Pictures timed; the first ones warm the engine and are not counted. */
const runs = { warmUp: 3, timed: 11 };

/** Median time that a model takes for one picture of its input size, in milliseconds, decoding not included. */
export async function measureLatency(
  model: LoadedModel,
  threads: number,
  signal: AbortSignal,
): Promise<number> {
  const { height, width, channels } = model.manifest.input;
  const output = model.layers.at(-1)?.name ?? '';
  const extractor = await createFeatureExtractor({
    model,
    cuts: [{ layer: output, pooling: 'flatten' }],
    threads,
  });
  try {
    const grey = new Uint8Array(height * width * channels).fill(128);
    const times: number[] = [];
    for (let run = 0; run < runs.warmUp + runs.timed; run++) {
      signal.throwIfAborted();
      const start = performance.now();
      await extractor.run(grey, 1);
      if (run >= runs.warmUp) times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(runs.timed / 2)] as number;
  } finally {
    await extractor.dispose();
  }
}
