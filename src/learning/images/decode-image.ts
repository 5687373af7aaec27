import sharp, { type Sharp } from 'sharp';
import { ZooError } from '../../errors.js';
import type { InputSpec } from '../model-manifest.js';
import { adjustColours } from './adjust-colours.js';
import type { DrawnAugmentation } from './draw-augmentation.js';

// One picture per thread: libvips' own threads would only get into each other's way. Nothing is decoded twice.
sharp.concurrency(1);
sharp.cache(false);

/** Largest picture that is decoded, in pixels. */
const maxImagePixels = 2 ** 28;

/**
 * Decodes a picture's file to the pixels a network takes: turned upright by its EXIF tag, converted to sRGB, laid on
 * white where transparent, resized as the network wants it.
 *
 * @param varied what augmentation drew for this picture; left out: the plain picture.
 * @returns uint8 [height, width, channels], row-major.
 * @throws ZooError IMAGE_UNREADABLE
 */
export async function decodeImage(
  bytes: Uint8Array,
  spec: InputSpec,
  name: string,
  varied?: DrawnAugmentation,
): Promise<Uint8Array> {
  try {
    const upright = sharp(bytes, {
      limitInputPixels: maxImagePixels,
      failOn: 'error',
      sequentialRead: true,
      autoOrient: true,
    });
    const { data, info } = await resized(upright, spec, varied)
      .flatten({ background: '#ffffff' })
      .toColourspace(spec.channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const pixels = withChannels(data, info.channels, spec.channels);
    if (varied !== undefined) adjustColours(pixels, spec.channels, varied);
    return pixels;
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

/**
 * The picture at the network's size, or a part of it. A part is cut out after resizing, so that large JPEG files are
 * still decoded at a fraction of their size; libvips computes only what is kept. `cover` never stretches a picture:
 * there, a drawn aspect ratio only moves the frame.
 */
function resized(picture: Sharp, spec: InputSpec, varied: DrawnAugmentation | undefined): Sharp {
  const { left, top, width, height } = varied?.crop ?? { left: 0, top: 0, width: 1, height: 1 };
  const whole = { width: Math.round(spec.width / width), height: Math.round(spec.height / height) };
  const sized = (varied?.flip === true ? picture.flop() : picture).resize(whole.width, whole.height, {
    fit: spec.resize === 'cover' ? 'cover' : 'fill',
    kernel: kernels[spec.interpolation],
  });
  if (whole.width === spec.width && whole.height === spec.height) return sized;
  return sized.extract({
    left: Math.min(Math.round(left * whole.width), whole.width - spec.width),
    top: Math.min(Math.round(top * whole.height), whole.height - spec.height),
    width: spec.width,
    height: spec.height,
  });
}

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
