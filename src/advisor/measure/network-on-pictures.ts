import { computeFeatures } from '../../learning/features/compute-features.js';
import type { FeatureCache } from '../../learning/features/feature-cache.js';
import type { InputSpec } from '../../learning/model-manifest.js';
import { batchNormShift } from '../../learning/transferability/batch-norm-shift.js';
import { channelStatistics } from '../../learning/transferability/channel-statistics.js';
import type { Similarity } from '../measurements.js';
import { readCutFeatures, type CutFeatures } from './cut-features.js';
import type { NestedPictures } from './nested-pictures.js';
import { openNetwork, type OpenCut, type OpenNetwork } from './open-network.js';
import { countUncached } from './count-uncached.js';
import { warmSpeed } from './warm-speed.js';

export interface NetworkOnPicturesInput {
  /** Files of the model. */
  folder: string;
  pictures: NestedPictures;
  cache: FeatureCache;
  threads: number;
  /** Feature keys of cuts that are not wanted. */
  leaveOut: ReadonlySet<string>;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  signal: AbortSignal;
  progress(done: number, total: number): void;
  log(message: string): void;
}

/** Pictures of the first look: enough to time a network, and little where it is slow. */
const firstLook = 32;

/** Batches where the first look is taken once more for its speed, and the part of the time left that this may take. */
const timedBatches = 4;
const timedShare = 1 / 4;

/** The part of a pass's time that the outputs of batch normalisations take. */
const batchNormShare = 1 / 4;

/** Pictures whose statistics are compared with the stored ones, where there is time for them. */
const batchNormPictures = 128;

/** A network, pictures to run it on and the cache in between: gives features, and knows how fast they come. */
export class NetworkOnPictures {
  #network: OpenNetwork | undefined;
  #cuts: readonly OpenCut[] = [];
  #leftOut: readonly OpenCut[] = [];
  /** Pictures that the cache does not have among the first n: entry n. */
  #uncached: Uint32Array = new Uint32Array(1);
  #looked = 0;
  /** Pictures a second of a whole pass, with all that it takes besides the network. */
  #passSpeed: number | null = null;
  #warmSpeed: number | null = null;
  /** False once the cache turned out to have no room: every pass is from the first picture on then. */
  #isKept = true;
  #batchNormShifts: Similarity['batchNormShifts'] = [];
  #inputSpec: InputSpec | undefined;
  #openSeconds = 0;

  constructor(private readonly input: NetworkOnPicturesInput) {}

  /** Input to output. None before the first look, or where all were left out. */
  get cuts(): readonly OpenCut[] {
    return this.#cuts;
  }

  /** The cuts that were not wanted. */
  get leftOut(): readonly OpenCut[] {
    return this.#leftOut;
  }

  /** Of a network that is warm, where that could be seen; null before the first look. */
  get picturesPerSecond(): number | null {
    return this.#warmSpeed ?? this.#passSpeed;
  }

  /** Pictures whose features were computed so far. */
  get looked(): number {
    return this.#looked;
  }

  get batchNormShifts(): Similarity['batchNormShifts'] {
    return this.#batchNormShifts;
  }

  /** Seconds that it takes to open it, if it is not open; 0 where it is. */
  get openSeconds(): number {
    return this.#network === undefined ? this.#openSeconds : 0;
  }

  /** How pictures enter it; undefined before the first look. */
  get inputSpec(): InputSpec | undefined {
    return this.#inputSpec;
  }

  /**
   * The first look: loads the network, times it on a few pictures and compares statistics, on more of them where the time
   * holds so many.
   *
   * @throws UnusableNetwork; ZooError IMAGE_UNREADABLE
   */
  async look(remainingSeconds: () => number): Promise<void> {
    const { pictures, cache } = this.input;
    const network = await this.#open(true);
    this.#cuts = network.cuts;
    this.#leftOut = network.leftOut;
    this.#inputSpec = network.input;
    if (network.cuts.length === 0 || pictures.count === 0) return;
    this.#uncached = countUncached(pictures, await cache.known(network.atCuts.cuts));
    await this.#compareStatistics(network, Math.min(firstLook, pictures.count));
    this.#passSpeed ??= await this.#time(network);
    const more = Math.min(batchNormPictures, pictures.count);
    if (more > this.#looked && this.seconds(more) <= remainingSeconds())
      await this.#compareStatistics(network, more);
    // Of more pictures the next pass will tell.
    const isAll = this.seconds(pictures.count) === 0;
    const timing = this.#timedPictures() / this.#passSpeed;
    if (this.#warmSpeed === null && isAll && timing <= timedShare * remainingSeconds())
      await this.#time(network);
  }

  /** Seconds that the features of the first so many pictures will take. */
  seconds(count: number): number {
    if (!this.#isKept) return this.secondsAgain(count);
    return Math.max(0, this.#uncachedOf(count) - this.#uncachedOf(this.#looked)) / this.#speed;
  }

  /** Seconds that they will take once more. */
  secondsAgain(count: number): number {
    return this.#isKept ? 0 : count / this.#speed;
  }

  /**
   * Features of the first so many pictures.
   *
   * @param memoryBytes what those of all cuts may take together
   * @throws UnusableNetwork; ZooError IMAGE_UNREADABLE
   */
  async features(count: number, memoryBytes: number): Promise<CutFeatures> {
    const { pictures, cache, signal, progress, log } = this.input;
    // With the batch normalisations to give, a network is slower; to open another takes its time too.
    const isSlower = (this.#network?.batchNorms.length ?? 0) > 0;
    if (isSlower && batchNormShare * this.seconds(count) > this.#openSeconds) await this.close();
    const network = this.#network ?? (await this.#open(false));
    const expected = this.#uncachedOf(count) - this.#uncachedOf(Math.min(count, this.#looked));
    const { result, computed } = await this.#timed(network, count, () =>
      readCutFeatures({
        extractor: network.atCuts,
        pictures: pictures.first(count),
        cache,
        memoryBytes,
        signal,
        progress,
        log,
      }),
    );
    this.#looked = Math.max(this.#looked, count);
    this.#isKept &&= computed < expected + firstLook / 2;
    return result;
  }

  /** Lets go of the network; it is opened again when it is needed. */
  async close(): Promise<void> {
    const network = this.#network;
    this.#network = undefined;
    await network?.close();
  }

  get #speed(): number {
    return this.#passSpeed ?? Infinity;
  }

  #uncachedOf(count: number): number {
    return this.#uncached[Math.min(count, this.#uncached.length - 1)] ?? 0;
  }

  async #open(withBatchNorms: boolean): Promise<OpenNetwork> {
    const { folder, threads, now, signal, leaveOut } = this.input;
    const began = now();
    this.#network = await openNetwork(folder, { threads, signal, now, withBatchNorms, leaveOut });
    this.#openSeconds = (now() - began) / 1000;
    return this.#network;
  }

  async #compareStatistics(network: OpenNetwork, count: number): Promise<void> {
    const { pictures, cache, signal, progress, log } = this.input;
    const { source } = pictures.first(count);
    const { result: matrices } = await this.#timed(network, count, () =>
      cache.complete(network.withBatchNorms, source, { signal, progress, log }),
    );
    this.#looked = Math.max(this.#looked, count);
    this.#batchNormShifts = network.batchNorms.flatMap(({ layer, depth, gamma, beta, output }) => {
      const matrix = matrices[output];
      const shift = matrix && batchNormShift(channelStatistics(matrix).mean, gamma, beta);
      return typeof shift === 'number' ? [{ layer, depth, shift }] : [];
    });
  }

  /** Runs work that needs features, and learns the speed from what had to be computed for it. */
  async #timed<T>(
    network: OpenNetwork,
    count: number,
    work: () => Promise<T>,
  ): Promise<{ result: T; computed: number }> {
    const before = network.batches.length;
    const began = this.input.now();
    const result = await work();
    const batches = network.batches.slice(before);
    const computed = batches.reduce((sum, { pictures }) => sum + pictures, 0);
    // Of cached features only a sample is computed again, which says little about speed.
    if (computed >= Math.min(firstLook / 2, count)) {
      this.#passSpeed = rate(computed, this.input.now() - began);
      this.#learnWarmSpeed(network, before);
    }
    return { result, computed };
  }

  /** The first look's pictures once more, without the cache: where it has all, and where they were too few to see a speed. */
  async #time(network: OpenNetwork): Promise<number> {
    const { pictures, now, signal } = this.input;
    const { source } = pictures.first(Math.min(firstLook, pictures.count));
    const indices = Array.from({ length: this.#timedPictures() }, (_, place) => place % source.count);
    const before = network.batches.length;
    const began = now();
    await computeFeatures(network.atCuts, source, indices, {
      signal,
      batchSize: indices.length / timedBatches,
    });
    this.#learnWarmSpeed(network, before);
    return rate(indices.length, now() - began);
  }

  /** In batches that keep all threads at work, each of which takes four pictures at once; two batches are under way. */
  #timedPictures(): number {
    return timedBatches * Math.max(firstLook / timedBatches, 2 * this.input.threads);
  }

  /** From the batches that a network ran on since. */
  #learnWarmSpeed({ batches, batchNorms }: OpenNetwork, since: number): void {
    const speed = warmSpeed(batches.slice(since), batches[0]?.ended ?? Infinity);
    if (speed !== null) this.#warmSpeed = speed / (batchNorms.length > 0 ? 1 - batchNormShare : 1);
  }
}

const rate = (count: number, milliseconds: number): number => (1000 * count) / Math.max(milliseconds, 1e-3);
