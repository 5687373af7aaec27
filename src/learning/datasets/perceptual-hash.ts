/** Side of the picture that a fingerprint is taken of. */
export const fingerprintSide = 32;

/** What a picture looks like, in 200 bytes. */
export interface Fingerprint {
  /** 64-bit perceptual hash, as two unsigned halves. */
  hash: [high: number, low: number];
  /** uint8 [8, 8, 3]: the picture at 8 × 8. */
  thumbnail: Uint8Array;
}

/**
 * Fingerprint of a picture that was scaled to 32 × 32. The hash keeps the signs of the 64 lowest frequencies of the
 * luminance against their median, which survive scaling and recompression; colour is left to the thumbnail.
 *
 * @param pixels uint8 [32, 32, 3], sRGB.
 * @see Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section 3.2.1 (DCT hash)
 */
export function fingerprint(pixels: Uint8Array): Fingerprint {
  const spectrum = lowFrequencies(luminance(pixels));
  const median = [...spectrum.subarray(1)].sort((a, b) => a - b)[31] ?? 0;
  const hash: [number, number] = [0, 0];
  for (const [index, value] of spectrum.entries()) {
    if (value > median) hash[index >> 5] = ((hash[index >> 5] ?? 0) | (1 << (index & 31))) >>> 0;
  }
  return { hash, thumbnail: shrink(pixels) };
}

function luminance(pixels: Uint8Array): Float64Array {
  const grey = new Float64Array(fingerprintSide ** 2);
  for (let index = 0; index < grey.length; index += 1) {
    const at = index * 3;
    // ITU-R BT.601, as JPEG has it.
    grey[index] = 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
  }
  return grey;
}

/** cosines[k · 32 + i] = cos(π (2i + 1) k / 64), the DCT-II's basis for k = 0 … 7. */
const cosines = Float64Array.from({ length: 8 * fingerprintSide }, (_, index) => {
  const k = Math.floor(index / fingerprintSide);
  return Math.cos((Math.PI * (2 * (index % fingerprintSide) + 1) * k) / (2 * fingerprintSide));
});

/** The 8 × 8 lowest coefficients of the two-dimensional DCT-II, rows by vertical frequency. */
function lowFrequencies(grey: Float64Array): Float64Array {
  const side = fingerprintSide;
  const columns = new Float64Array(8 * side);
  for (let v = 0; v < 8; v += 1) {
    for (let y = 0; y < side; y += 1) {
      const weight = cosines[v * side + y] ?? 0;
      for (let x = 0; x < side; x += 1)
        columns[v * side + x] = (columns[v * side + x] ?? 0) + weight * (grey[y * side + x] ?? 0);
    }
  }
  const spectrum = new Float64Array(64);
  for (let v = 0; v < 8; v += 1) {
    for (let u = 0; u < 8; u += 1) {
      let sum = 0;
      for (let x = 0; x < side; x += 1) sum += (cosines[u * side + x] ?? 0) * (columns[v * side + x] ?? 0);
      spectrum[v * 8 + u] = sum;
    }
  }
  return spectrum;
}

/** Means over blocks of 4 × 4. */
function shrink(pixels: Uint8Array): Uint8Array {
  const thumbnail = new Uint8Array(8 * 8 * 3);
  for (let index = 0; index < thumbnail.length; index += 1) {
    const channel = index % 3;
    const left = (Math.floor(index / 3) % 8) * 4;
    const top = Math.floor(index / 24) * 4;
    let sum = 0;
    for (let y = top; y < top + 4; y += 1) {
      for (let x = left; x < left + 4; x += 1) sum += pixels[(y * fingerprintSide + x) * 3 + channel] ?? 0;
    }
    thumbnail[index] = Math.round(sum / 16);
  }
  return thumbnail;
}
