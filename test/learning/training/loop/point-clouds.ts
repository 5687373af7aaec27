import { createRandom } from '../../../../src/learning/random.js';
import type { TrainingData } from '../../../../src/learning/training/data/training-data.js';

export interface PointClouds {
  /** Points of each class. */
  sizes: number[];
  featureDim?: number;
  /** How far a point lies from the middle of its class; the middles are about 1 from each other. */
  spread?: number;
  seed?: number;
  /** Views of a point, which differ by a little noise. */
  views?: number;
}

/** Points around one centre per class: data that a linear classifier learns. Centres are the same for every seed. */
export function pointClouds(
  clouds: PointClouds,
): TrainingData & { reads: { indices: number[]; view: number }[] } {
  const { sizes, featureDim = 6, spread = 0.4, seed = 1, views = 1 } = clouds;
  const centres = createRandom(99);
  const middle = sizes.map(() => Array.from({ length: featureDim }, () => centres.next() * 2 - 1));
  const random = createRandom(seed);
  const labels = Int32Array.from(sizes.flatMap((size, label) => Array.from({ length: size }, () => label)));
  const noise = () => (random.next() + random.next() + random.next() - 1.5) * 2 * spread;
  const points = Array.from(labels, (label) => (middle[label] ?? []).map((value) => value + noise()));
  const reads: { indices: number[]; view: number }[] = [];
  return {
    count: labels.length,
    labels,
    inputShape: [featureDim],
    views,
    reads,
    async read(indices, view, signal) {
      await Promise.resolve();
      signal?.throwIfAborted();
      const shown = view % views;
      reads.push({ indices: [...indices], view: shown });
      return Float32Array.from(
        indices.flatMap((index) => {
          const jitter = createRandom(index * 1000 + shown);
          return (points[index] ?? []).map(
            (value) => value + (shown === 0 ? 0 : 0.1 * (jitter.next() - 0.5)),
          );
        }),
      );
    },
  };
}
