import { float16ToFloat32 } from '../tfjs-layers/float16.js';

/**
 * How a row of values is kept: `float32` as it is; `float16` in half the bytes, rounded to 11 bits. Numbers above the
 * largest half, 65,504, become that; infinity and NaN stay what they are.
 */
export type RowType = 'float32' | 'float16';

export const bytesPerValue: Readonly<Record<RowType, number>> = { float32: 4, float16: 2 };

/** The bytes of rows, little-endian. float32 rows are not copied. */
export function encodeRows(values: Float32Array, type: RowType): Uint8Array {
  if (type === 'float32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const halves = new Uint16Array(values.length);
  // The bits of the same numbers, to round without arithmetic.
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = float32BitsToFloat16(bits[i] ?? 0);
  return new Uint8Array(halves.buffer);
}

/** The values of rows from their bytes, put into `target` from `offset` on. */
export function decodeRows(bytes: Uint8Array, type: RowType, target: Float32Array, offset: number): void {
  if (type === 'float32') {
    new Uint8Array(target.buffer, target.byteOffset + offset * 4).set(bytes);
    return;
  }
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const table = float16Values();
  for (let i = 0; i < halves.length; i++) target[offset + i] = table[halves[i] ?? 0] ?? 0;
}

/** What is left of values that were kept: the values themselves, or the nearest halves. In place. */
export function roundRows(values: Float32Array, type: RowType): Float32Array {
  if (type === 'float16') decodeRows(encodeRows(values, type), type, values, 0);
  return values;
}

const largestHalf = 0x7bff;
const infinity = 0x7c00;
const notANumber = 0x7e00;

/** Rounds to nearest, ties to even. */
function float32BitsToFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude === 0x7f800000 ? infinity : notANumber);
  // 65,520 and more would round to infinity.
  if (magnitude >= 0x477ff000) return sign | largestHalf;
  if (magnitude >= 0x38800000) {
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Below 2^-14 halves are multiples of 2^-24.
  if (magnitude < 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

let values: Float32Array | undefined;

/** The value of each of the 65,536 halves: made once, as looking it up is quicker than working it out. */
function float16Values(): Float32Array {
  values ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => float16ToFloat32(bits));
  return values;
}
