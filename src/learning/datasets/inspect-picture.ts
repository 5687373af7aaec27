import sharp from 'sharp';
import type { ErrorCode } from '../../error-codes.js';
import { fingerprint, fingerprintSide, type Fingerprint } from './perceptual-hash.js';
import { pictureFormat, type PictureFormat } from './picture-format.js';
import { hashBytes } from '../sha256.js';

export interface PictureLimits {
  maxBytes: number;
  /** Width × height. Decoded it takes 3 to 8 bytes a pixel. */
  maxPixels: number;
  minSide: number;
  /** One picture may be decoded for so long. */
  timeoutSeconds: number;
}

export const defaultPictureLimits: Readonly<PictureLimits> = Object.freeze({
  maxBytes: 64 * 1024 ** 2,
  maxPixels: 64_000_000,
  minSide: 8,
  timeoutSeconds: 60,
});

/** A picture that was decoded to its end. */
export interface Picture {
  format: PictureFormat;
  /** As it is to be seen, after turning by its EXIF orientation. */
  width: number;
  height: number;
  /** Digest of the file's bytes. */
  sha256: string;
  fingerprint: Fingerprint;
}

/** Why a file is not used. */
export interface Refusal {
  code: Extract<ErrorCode, `IMAGE_${string}`>;
  reason: string;
}

/**
 * Decodes a picture from its first to its last byte, under limits, and takes its digest and fingerprint. Of an animation
 * the first frame counts. What is wrong with a file is a result, not an exception.
 */
export async function inspectPicture(bytes: Buffer, limits: PictureLimits): Promise<Picture | Refusal> {
  if (bytes.byteLength > limits.maxBytes) return tooManyBytes(bytes.byteLength, limits);
  const format = pictureFormat(bytes);
  if (typeof format === 'object') {
    return {
      code: 'IMAGE_FORMAT_UNSUPPORTED',
      reason: `The file is ${format.unsupported}; accepted are JPEG, PNG, WebP, GIF, AVIF and TIFF.`,
    };
  }
  try {
    const { autoOrient } = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
    const { width, height } = autoOrient;
    if (width * height > limits.maxPixels) {
      return {
        code: 'IMAGE_TOO_LARGE',
        reason: `The picture has ${width} × ${height} pixels; accepted are ${limits.maxPixels} in all. Make it smaller.`,
      };
    }
    if (Math.min(width, height) < limits.minSide) {
      return {
        code: 'IMAGE_TOO_SMALL',
        reason: `The picture has ${width} × ${height} pixels; a side needs ${limits.minSide} at least.`,
      };
    }
    // Warnings alone, such as a wrong checksum in a colour profile, do not make a picture unusable.
    const image = sharp(bytes, {
      failOn: 'error',
      limitInputPixels: limits.maxPixels,
      pages: 1,
      autoOrient: true,
    });
    const pixels = await image
      .timeout({ seconds: limits.timeoutSeconds })
      .toColourspace('srgb')
      .flatten({ background: '#808080' })
      .resize(fingerprintSide, fingerprintSide, { fit: 'fill', kernel: 'linear' })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      format,
      width,
      height,
      sha256: hashBytes(bytes),
      fingerprint: fingerprint(threeChannels(pixels.data, pixels.info.channels)),
    };
  } catch (error) {
    return {
      code: 'IMAGE_UNREADABLE',
      reason: `The file cannot be decoded as ${format.toUpperCase()}: ${firstLine(error)}. It is cut off or damaged; replace it.`,
    };
  }
}

export function tooManyBytes(sizeBytes: number, limits: PictureLimits): Refusal {
  return {
    code: 'IMAGE_TOO_LARGE',
    reason: `The file has ${sizeBytes} bytes; accepted are ${limits.maxBytes}. Make the picture smaller.`,
  };
}

function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = new Uint8Array((data.length / channels) * 3);
  for (let index = 0; index < pixels.length; index += 1) {
    pixels[index] = data[Math.floor(index / 3) * channels + (channels < 3 ? 0 : index % 3)] ?? 0;
  }
  return pixels;
}

/** The decoder's own words, without what follows on further lines. */
function firstLine(error: unknown): string {
  return ((error as Error).message.split('\n')[0] ?? '').slice(0, 200).replace(/\.$/, '');
}
