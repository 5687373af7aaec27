import type { DrawnAugmentation } from './draw-augmentation.js';

/** Shares of red, green and blue in what looks grey (ITU-R BT.601). */
const [redShare, greenShare, blueShare] = [0.299, 0.587, 0.114];

/**
 * Changes brightness (towards black), contrast (towards the picture's mean grey) and saturation (towards each pixel's
 * grey), in place. Done here and not by the decoder, whose floating-point operations cost three times as much.
 *
 * @param pixels uint8 [height · width, channels].
 */
export function adjustColours(
  pixels: Uint8Array,
  channels: number,
  { brightness, contrast, saturation }: Pick<DrawnAugmentation, 'brightness' | 'contrast' | 'saturation'>,
): void {
  if (brightness === 1 && contrast === 1 && saturation === 1) return;
  // Rounds, and keeps to 0…255.
  const out = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  const offset = (1 - contrast) * brightness * meanGrey(pixels, channels);
  const own = contrast * brightness * saturation;
  const greyPart = contrast * brightness * (1 - saturation);
  if (channels !== 3) {
    for (let i = 0; i < out.length; i++) out[i] = (own + greyPart) * (pixels[i] ?? 0) + offset;
    return;
  }
  for (let i = 0; i + 2 < out.length; i += 3) {
    const red = pixels[i] ?? 0;
    const green = pixels[i + 1] ?? 0;
    const blue = pixels[i + 2] ?? 0;
    const shared = greyPart * (redShare * red + greenShare * green + blueShare * blue) + offset;
    out[i] = own * red + shared;
    out[i + 1] = own * green + shared;
    out[i + 2] = own * blue + shared;
  }
}

function meanGrey(pixels: Uint8Array, channels: number): number {
  if (channels !== 3) return pixels.reduce((sum, value) => sum + value, 0) / Math.max(1, pixels.length);
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    red += pixels[i] ?? 0;
    green += pixels[i + 1] ?? 0;
    blue += pixels[i + 2] ?? 0;
  }
  return (redShare * red + greenShare * green + blueShare * blue) / Math.max(1, pixels.length / 3);
}
