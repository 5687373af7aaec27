import sharp from 'sharp';
import { ZooError } from '../../errors.js';
import type { InputSpec } from '../model-manifest.js';

// One picture per thread: libvips' own threads would only get into each other's way. Nothing is decoded twice.
sharp.concurrency(1);
sharp.cache(false);

/** Largest picture that is decoded, in pixels. */
const maxImagePixels = 2 ** 28;

/**
 * Decodes a picture's file to the pixels a network takes: turned upright by its EXIF tag, converted to sRGB, laid on
 * white where transparent, resized as the network wants it.
 *
 * @returns uint8 [height, width, channels], row-major.
 * @throws ZooError IMAGE_UNREADABLE
 */
export async function decodeImage(bytes: Uint8Array, spec: InputSpec, name: string): Promise<Uint8Array> {
  try {
    const upright = sharp(bytes, {
      limitInputPixels: maxImagePixels,
      failOn: 'error',
      sequentialRead: true,
      autoOrient: true,
    });
    const { data, info } = await upright
      .resize(spec.width, spec.height, {
        fit: spec.resize === 'cover' ? 'cover' : 'fill',
        kernel: kernels[spec.interpolation],
      })
      .flatten({ background: '#ffffff' })
      .toColourspace(spec.channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return withChannels(data, info.channels, spec.channels);
  } catch (cause) {
    throw new ZooError(
      'IMAGE_UNREADABLE',
      `The picture ${name} cannot be decoded: ${reason(cause)}. Replace it, or leave it out of the data set.`,
      { image: name },
      { cause },
    );
  }
}

const kernels = { nearest: 'nearest', bilinear: 'linear', bicubic: 'cubic' } as const;

function withChannels(pixels: Uint8Array, present: number, wanted: number): Uint8Array {
  if (present === wanted) return pixels;
  const count = pixels.length / present;
  const result = new Uint8Array(count * wanted);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < wanted; channel++) {
      result[i * wanted + channel] = pixels[i * present + Math.min(channel, present - 1)] ?? 0;
    }
  }
  return result;
}

/** The decoder's first line; it names no path, as the picture came as bytes. */
function reason(cause: unknown): string {
  const [line = 'unknown format'] = cause instanceof Error ? cause.message.split('\n') : [];
  return line.trim().replace(/\.$/, '');
}

/** Names the decoder in cache keys: other versions may round pixels differently. */
export const decoderVersion = `libvips@${sharp.versions.vips}`;
