import { ZooError } from '../../errors.js';
import type { FeatureCache } from '../../learning/features/feature-cache.js';
import type { Standing } from './better-half.js';
import type { Budget } from './budget.js';
import { CutProbes } from './cut-probes.js';
import { finishCuts, finishSeconds, type FinishedCuts, type FinishExtent } from './finish-cuts.js';
import type { Contestant } from './halve.js';
import { percent } from '../percent.js';
import { countPictures } from './in-words.js';
import { largestCount } from './largest-count.js';
import type { MeasureInput, ModelToMeasure } from './measure-input.js';
import type { NestedPictures } from './nested-pictures.js';
import { NetworkOnPictures } from './network-on-pictures.js';
import type { OpenCut } from './open-network.js';
import { featureShare, pictureLimit } from './picture-limit.js';
import type { ProbeSpeed } from './probe-speed.js';
import { UnusableNetwork } from './unusable-network.js';

export interface ModelRunInput extends Pick<
  MeasureInput,
  'seed' | 'threads' | 'memoryBytes' | 'signal' | 'on'
> {
  model: ModelToMeasure;
  pictures: NestedPictures;
  numClasses: number;
  cache: FeatureCache;
  cacheBytes: number;
  budget: Budget;
  speed: ProbeSpeed;
  /** Feature keys of cuts that are not measured. */
  leaveOut?: ReadonlySet<string>;
  /** Whether the network stays in memory between rungs. */
  staysOpen: boolean;
  now(): number;
}

/** The part of the whole time that the probes of a model may take even when none is left: without them all was in vain. */
const probeShare = 1 / 4;

/** One model of a halving: its network on more and more pictures, with a linear probe at each cut worth comparing. */
export class ModelRun implements Contestant {
  readonly name: string;
  readonly network: NetworkOnPictures;
  readonly probes: CutProbes;
  #pictures = 0;
  #standing: Standing | null = null;
  #seconds = 0;
  #unusable: string | null = null;
  #limit = { pictures: 0, hasProbes: true };
  #finished: FinishedCuts | undefined;

  constructor(readonly input: ModelRunInput) {
    const { model, on, seed, numClasses, threads, memoryBytes, signal, speed, now } = input;
    this.name = model.name ?? model.versionId;
    this.network = new NetworkOnPictures({
      ...input,
      folder: model.folder,
      leaveOut: input.leaveOut ?? new Set(),
      progress: (done, total) => on.progress(`running ${this.name} on training pictures`, done, total),
      log: (message) => on.log(message),
    });
    this.probes = new CutProbes({ numClasses, seed, threads, memoryBytes, signal, speed, now });
  }

  get parameterCount(): number {
    return this.input.model.parameterCount;
  }

  get pictures(): number {
    return this.#pictures;
  }

  get standing(): Standing | null {
    return this.#standing;
  }

  /** Wall seconds spent on it. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Why it cannot take part; null where it can. */
  get unusable(): string | null {
    return this.#unusable;
  }

  /** Pictures that memory holds, of all. */
  get limit(): number {
    return this.#limit.pictures;
  }

  /** What was measured besides, once it is finished. */
  get finished(): FinishedCuts | undefined {
    return this.#finished;
  }

  start(): Promise<boolean> {
    return this.#attempt(async () => {
      const { budget, on } = this.input;
      await this.network.look(() => budget.remaining());
      this.#limit = this.#measureLimit();
      const { inputSpec, picturesPerSecond, cuts } = this.network;
      if (inputSpec === undefined || picturesPerSecond === null) return;
      on.log(
        `${this.name} takes ${picturesPerSecond.toFixed(1)} pictures of ${inputSpec.width} × ${inputSpec.height} a second ` +
          `here, and is looked at after ${cuts.length} of its layers.`,
      );
    });
  }

  secondsTo(pictures: number): number {
    const rows = Math.min(pictures, this.#limit.pictures);
    const probes = this.#probedCuts().reduce((sum, cut) => sum + this.probes.seconds(cut, rows), 0);
    return this.network.openSeconds + this.network.seconds(rows) + probes + finishSeconds(this, rows);
  }

  picturesWithin(seconds: number, limit: number): number {
    return largestCount(limit, (pictures) => this.secondsTo(pictures) <= seconds);
  }

  measure(pictures: number): Promise<boolean> {
    return this.#attempt(async () => {
      const { on } = this.input;
      // What the first look has computed is there anyway.
      const rows = Math.min(Math.max(pictures, this.network.looked), this.#limit.pictures);
      const features = await this.network.features(rows, this.featureBytes());
      const cuts = this.#probedCuts();
      for (const [at, cut] of cuts.entries()) {
        on.progress(`solving linear probes of ${this.name}`, at, cuts.length);
        await this.solve(cut, await features.at(this.network.cuts.indexOf(cut)), this.#probeTime());
      }
      on.progress(`solving linear probes of ${this.name}`, cuts.length, cuts.length);
      this.#pictures = rows;
      const best = this.probes.best(rows);
      this.#standing = best ?? null;
      on.log(
        best === undefined
          ? `${this.name} on ${countPictures(rows)}: no linear classifier could be held to pictures that it had not seen.`
          : `${this.name} on ${countPictures(rows)}: a linear classifier behind ${best.layer} names ${percent(best.accuracy)} of held-out ones right, give or take ${percent(best.standardError)}.`,
      );
      if (!this.input.staysOpen) await this.network.close();
    });
  }

  /** Measures what does not decide the halving, as far as the time goes, and lets go of the network. */
  finish(extent: FinishExtent): Promise<boolean> {
    return this.#attempt(async () => {
      // To open a network again for a model that was dropped has to be worth it.
      const isWorth = extent.otherCuts || this.network.openSeconds <= this.input.budget.remaining();
      if (this.#pictures > 0 && isWorth) this.#finished = await finishCuts(this, extent);
      await this.network.close();
    });
  }

  /** Solves the probe at a cut where time and memory allow it. */
  async solve(
    cut: OpenCut,
    features: Parameters<CutProbes['solve']>[1],
    time = this.input.budget.remaining(),
  ): Promise<void> {
    if (!this.#limit.hasProbes) return;
    try {
      await this.probes.solve(cut, features, time);
    } catch (error) {
      if (!(error instanceof ZooError) || error.code !== 'TRAINING_MEMORY_INSUFFICIENT') throw error;
      this.input.on.log(`No linear probe behind ${cut.layer} of ${this.name}: ${error.message}`);
    }
  }

  leave(): Promise<void> {
    return this.network.close();
  }

  /** What the features of all cuts may take in memory. */
  featureBytes(): number {
    return featureShare * Math.max(0, this.input.memoryBytes - process.memoryUsage.rss());
  }

  /** The cuts that decide the halving, deepest first. */
  #probedCuts(): OpenCut[] {
    return this.network.cuts.filter(({ isCandidate }) => isCandidate).reverse();
  }

  #probeTime(): number {
    const { budget } = this.input;
    return Math.max(budget.remaining(), probeShare * budget.seconds);
  }

  #measureLimit() {
    const { pictures, numClasses, memoryBytes, cacheBytes, on } = this.input;
    const { cuts } = this.network;
    const limit = pictureLimit({
      total: pictures.count,
      numClasses,
      probedDims: this.#probedCuts().map(({ featureDim }) => featureDim),
      allDims: cuts.reduce((sum, { featureDim }) => sum + featureDim, 0),
      freeBytes: Math.max(0, memoryBytes - process.memoryUsage.rss()),
      cacheBytes,
    });
    if (limit.pictures < pictures.count) {
      on.log(
        `Memory holds ${countPictures(limit.pictures)} of ${pictures.count.toLocaleString('en-US')} for ${this.name}.`,
      );
    }
    if (!limit.hasProbes) {
      on.log(
        `Linear probes for ${numClasses.toLocaleString('en-US')} classes do not fit into memory: they are left out.`,
      );
    }
    return limit;
  }

  /** False where it turned out that the network cannot be used. */
  async #attempt(work: () => Promise<void>): Promise<boolean> {
    const { now, on, signal } = this.input;
    const began = now();
    try {
      signal.throwIfAborted();
      await work();
      return true;
    } catch (error) {
      await this.network.close();
      const isOwn =
        error instanceof UnusableNetwork ||
        (error instanceof ZooError && error.code === 'FEATURES_NOT_FINITE');
      if (!isOwn) throw error;
      this.#unusable = error.message;
      on.log(`${this.name} cannot be used: ${error.message}`);
      return false;
    } finally {
      this.#seconds += (now() - began) / 1000;
    }
  }
}
