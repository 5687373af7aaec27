import { augmentations, isNeutral, type Augmentation } from '../../images/augmentation.js';
import { decodePictures } from '../../images/decode-pictures.js';
import type { ImageSource } from '../../images/image-source.js';
import type { InputSpec } from '../../model-manifest.js';
import { scalePixels } from './scale-pixels.js';
import type { TrainingData } from './training-data.js';

export interface PictureDataOptions {
  images: ImageSource;
  /** int32 [images.count]. */
  labels: Int32Array;
  input: InputSpec;
  /** How views other than 0 are varied; left out: there are none. */
  augmentation?: Augmentation;
  /** Another seed gives other views. */
  seed?: number;
  /** Pictures that are not varied are kept decoded while they take no more than this. */
  memoryBytes?: number;
}

const defaultMemoryBytes = 2 ** 30;

/**
 * Pictures as a network takes them, decoded when they are read: on libvips' threads, so that the caller can train on
 * one batch meanwhile. Pictures that are never varied (validation, training without augmentation) are decoded once and kept, as
 * bytes, if all of them fit.
 */
export class PictureData implements TrainingData {
  readonly count: number;
  readonly labels: Int32Array;
  readonly inputShape: number[];
  readonly views: number;
  private readonly images: ImageSource;
  private readonly input: InputSpec;
  private readonly augmentation: Augmentation;
  private readonly seed: number;
  private readonly kept: KeptPictures | undefined;

  constructor({ images, labels, input, augmentation, seed, memoryBytes }: PictureDataOptions) {
    this.count = images.count;
    this.images = images;
    this.labels = labels;
    this.input = input;
    this.inputShape = [input.height, input.width, input.channels];
    this.augmentation = augmentation ?? augmentations.none;
    this.seed = seed ?? 0;
    this.views = isNeutral(this.augmentation) ? 1 : Infinity;
    const pictureBytes = input.height * input.width * input.channels;
    const fits = pictureBytes * images.count <= (memoryBytes ?? defaultMemoryBytes);
    if (fits && this.views === 1) this.kept = new KeptPictures(images.count, pictureBytes);
  }

  async read(indices: readonly number[], view: number, signal?: AbortSignal): Promise<Float32Array> {
    const plain = this.views === 1 || view === 0;
    const pixels = await (plain ? this.plain(indices, signal) : this.varied(indices, view, signal));
    const values = new Float32Array(pixels.length);
    scalePixels(pixels, this.input, values);
    return values;
  }

  private varied(indices: readonly number[], view: number, signal?: AbortSignal): Promise<Uint8Array> {
    const { augmentation, seed } = this;
    return decodePictures(this.images, indices, this.input, { augmentation, view, seed }, signal);
  }

  private async plain(indices: readonly number[], signal?: AbortSignal): Promise<Uint8Array> {
    const { kept } = this;
    if (kept === undefined) return decodePictures(this.images, indices, this.input, undefined, signal);
    const missing = indices.filter((index) => !kept.has(index));
    if (missing.length > 0) {
      kept.put(missing, await decodePictures(this.images, missing, this.input, undefined, signal));
    }
    return kept.take(indices);
  }
}

/** Decoded pictures by number, in one piece of memory that the system hands out as it fills. */
class KeptPictures {
  private readonly pixels: Uint8Array;
  private readonly present: Uint8Array;

  constructor(
    count: number,
    private readonly pictureBytes: number,
  ) {
    this.pixels = new Uint8Array(count * pictureBytes);
    this.present = new Uint8Array(count);
  }

  has(index: number): boolean {
    return this.present[index] === 1;
  }

  put(indices: readonly number[], pixels: Uint8Array): void {
    indices.forEach((index, position) => {
      const from = position * this.pictureBytes;
      this.pixels.set(pixels.subarray(from, from + this.pictureBytes), index * this.pictureBytes);
      this.present[index] = 1;
    });
  }

  take(indices: readonly number[]): Uint8Array {
    const result = new Uint8Array(indices.length * this.pictureBytes);
    indices.forEach((index, position) => {
      const from = index * this.pictureBytes;
      result.set(this.pixels.subarray(from, from + this.pictureBytes), position * this.pictureBytes);
    });
    return result;
  }
}
