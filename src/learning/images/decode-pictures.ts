import type { InputSpec } from '../model-manifest.js';
import type { Augmentation } from './augmentation.js';
import { decodeImage } from './decode-image.js';
import { drawAugmentation } from './draw-augmentation.js';
import type { ImageSource } from './image-source.js';

/** One of the ways in which all pictures of a source are varied. */
export interface PictureView {
  augmentation: Augmentation;
  /** 0 is the plain picture. */
  view: number;
  seed?: number;
}

/**
 * Decodes some pictures of a source, all at once on libvips' threads.
 *
 * @param view how they are varied; left out: not at all.
 * @returns uint8 [indices, height, width, channels], in the order asked for.
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted.
 */
export async function decodePictures(
  source: ImageSource,
  indices: readonly number[],
  spec: InputSpec,
  view?: PictureView,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const size = spec.height * spec.width * spec.channels;
  const pixels = new Uint8Array(indices.length * size);
  await Promise.all(
    indices.map(async (index, position) => {
      signal?.throwIfAborted();
      const name = source.label?.(index) ?? `number ${index}`;
      const varied =
        view && drawAugmentation(view.augmentation, pictureIdentity(source, index), view.view, view.seed);
      pixels.set(await decodeImage(await source.read(index), spec, name, varied), position * size);
    }),
  );
  return pixels;
}

/** Its digest, so that a picture is varied alike in every data set that holds it; else its number. */
function pictureIdentity(source: ImageSource, index: number): string {
  return source.sha256?.(index) ?? String(index);
}
