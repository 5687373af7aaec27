import sharp from 'sharp';
import { reportLimits } from './version-report.js';

/**
 * Draws a picture anew from its pixels, so that nothing else of a stranger's file is kept: 8 bits a channel, sRGB.
 *
 * @throws Error where the file cannot be decoded.
 */
export async function redrawPng(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes, {
    limitInputPixels: reportLimits.pictureSide ** 2,
    failOn: 'error',
  })
    .toColourspace('srgb')
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .timeout({ seconds: 30 })
    .toBuffer();
}
