/** Packs zeros and ones eight to a byte, the first in the lowest bit, as base64. */
export function packBits(bits: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, at) => {
    if (bit === 1) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  });
  return Buffer.from(bytes).toString('base64');
}

/**
 * Unpacks what `packBits` packed.
 *
 * @param count how many bits there are.
 * @returns undefined where the text is not as long as so many take.
 */
export function unpackBits(text: string, count: number): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== Math.ceil(count / 8)) return undefined;
  return Uint8Array.from({ length: count }, (_, at) => ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1);
}
