import type { Fingerprint } from './perceptual-hash.js';

const thumbnailBytes = 8 * 8 * 3;

/** Fingerprints of many pictures, in columns: 200 bytes each instead of an object. */
export class FingerprintTable {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  private readonly thumbnails: Uint8Array;

  constructor(readonly length: number) {
    this.high = new Uint32Array(length);
    this.low = new Uint32Array(length);
    this.thumbnails = new Uint8Array(length * thumbnailBytes);
  }

  set(row: number, { hash, thumbnail }: Fingerprint): void {
    [this.high[row], this.low[row]] = hash;
    this.thumbnails.set(thumbnail, row * thumbnailBytes);
  }

  thumbnail(row: number): Uint8Array {
    return this.thumbnails.subarray(row * thumbnailBytes, (row + 1) * thumbnailBytes);
  }

  /** The rows listed, in a table of their own. */
  pick(rows: readonly number[]): FingerprintTable {
    const picked = new FingerprintTable(rows.length);
    for (const [index, row] of rows.entries()) {
      picked.high[index] = this.high[row] ?? 0;
      picked.low[index] = this.low[row] ?? 0;
      picked.thumbnails.set(this.thumbnail(row), index * thumbnailBytes);
    }
    return picked;
  }

  /** Bits in which two hashes differ, 0 to 64. */
  distance(a: number, b: number): number {
    return (
      bitCount(((this.high[a] ?? 0) ^ (this.high[b] ?? 0)) >>> 0) +
      bitCount(((this.low[a] ?? 0) ^ (this.low[b] ?? 0)) >>> 0)
    );
  }

  /** The `chunk`th 16 bits of a hash, 0 to 3. */
  chunk(row: number, chunk: number): number {
    const half = (chunk < 2 ? this.high[row] : this.low[row]) ?? 0;
    return chunk % 2 === 0 ? half >>> 16 : half & 0xffff;
  }
}

export function bitCount(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
