import type { InputSpec } from '../../model-manifest.js';

/**
 * Brings decoded pictures to the values a network takes: (pixel / 255 · (max − min) + min − mean) / std, each step in
 * float32 as the lowered network does it, so that both see the same numbers.
 *
 * @param pixels uint8 [pictures, height, width, channels].
 * @param target float32 of the same shape.
 */
export function scalePixels(
  pixels: Uint8Array,
  { range, mean, std, channels }: InputSpec,
  target: Float32Array,
): void {
  const [min, max] = range;
  for (let channel = 0; channel < channels; channel++) {
    const scale = Math.fround((max - min) / 255 / (std[channel] ?? 1));
    const shift = Math.fround((min - (mean[channel] ?? 0)) / (std[channel] ?? 1));
    for (let i = channel; i < pixels.length; i += channels) {
      target[i] = Math.fround((pixels[i] ?? 0) * scale) + shift;
    }
  }
}
