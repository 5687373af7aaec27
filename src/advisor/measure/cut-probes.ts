import type { Candidate } from '../../learning/linear/choose-c.js';
import { crossValidatedProbe } from '../../learning/transferability/cross-validated-probe.js';
import type { LabelledFeatureMatrix } from '../../learning/transferability/labelled-feature-matrix.js';
import type { OpenCut } from './open-network.js';
import { likelyValues, probePath } from './probe-path.js';
import type { ProbeSpeed } from './probe-speed.js';

export interface CutProbesInput {
  numClasses: number;
  seed: number;
  threads: number;
  /** Resident memory that the process may plan with. */
  memoryBytes: number;
  signal: AbortSignal;
  speed: ProbeSpeed;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

/** A cross-validated probe with the pictures that it was solved on. */
export interface SolvedProbe extends Candidate {
  pictures: number;
}

/**
 * The linear probes of one network, by cut. What one tells about C spares the next a part of its path: the same cut with
 * more pictures, another cut with as many.
 */
export class CutProbes {
  readonly #solved = new Map<string, SolvedProbe>();

  constructor(private readonly input: CutProbesInput) {}

  get(layer: string): SolvedProbe | undefined {
    return this.#solved.get(layer);
  }

  /** The best of those that were solved, with so many pictures where that is said. */
  best(pictures?: number): (SolvedProbe & { layer: string }) | undefined {
    let best: (SolvedProbe & { layer: string }) | undefined;
    for (const [layer, probe] of this.#solved) {
      if (pictures !== undefined && probe.pictures !== pictures) continue;
      if (best === undefined || probe.accuracy > best.accuracy) best = { ...probe, layer };
    }
    return best;
  }

  /** What the probe at a cut is expected to take. */
  seconds(cut: OpenCut, rows: number): number {
    return this.#secondsOf(cut.featureDim, rows, this.#path(cut));
  }

  /**
   * Solves the probe at a cut, on a shorter path where the time does not hold the usual one.
   *
   * Nothing is solved where not even that fits, or where there is nothing to tell apart.
   *
   * @param time seconds that it may take, by what others took
   * @throws ZooError TRAINING_MEMORY_INSUFFICIENT, FEATURES_NOT_FINITE
   */
  async solve(cut: OpenCut, features: LabelledFeatureMatrix, time: number): Promise<void> {
    const { rows, featureDim, labels } = features;
    const usual = this.#path(cut);
    const short = [this.#solved.get(cut.layer)?.C ?? this.best()?.C ?? usualC];
    const path = [usual, short].find((one) => this.#secondsOf(featureDim, rows, one) <= time);
    if (path === undefined || labels.every((label) => label === labels[0])) return;
    const { speed, now, memoryBytes, ...options } = this.input;
    const began = now();
    const probe = await crossValidatedProbe(features, {
      ...options,
      path,
      memoryBytes: memoryBytes - process.memoryUsage.rss(),
    });
    const size = { rows, featureDim, numClasses: options.numClasses, values: likelyValues(path) };
    speed.learn(size, (now() - began) / 1000);
    if (probe !== null) this.#solved.set(cut.layer, { ...probe, pictures: rows });
  }

  /** The cuts that strategies compare have every value compared once; the others take what those found. */
  #path({ layer, isCandidate }: OpenCut): readonly number[] {
    return probePath(this.#solved.get(layer)?.C ?? (isCandidate ? undefined : this.best()?.C));
  }

  #secondsOf(featureDim: number, rows: number, path: readonly number[]): number {
    const { speed, numClasses } = this.input;
    return speed.seconds({ rows, featureDim, numClasses, values: likelyValues(path) });
  }
}

/** Where nothing is known and there is time for one value only. */
const usualC = 3;
