import { createFeatureExtractor } from '../../learning/features/feature-extractor.js';
import type { Latency } from '../../learning/evaluation.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';

/** Pictures timed; the first ones warm the engine and are not counted. */
const runs = { warmUp: 3, timed: 21 };

/** Times a model on single pictures of its input size. */
export async function measureLatency(
  model: LoadedModel,
  threads: number,
  signal: AbortSignal,
): Promise<Latency> {
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
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(share * (runs.timed - 1))] as number;
    return { medianMs: at(0.5), p90Ms: at(0.9) };
  } finally {
    await extractor.dispose();
  }
}
