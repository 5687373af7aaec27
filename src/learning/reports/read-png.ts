import { reportLimits } from './version-report.js';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What our own PNG files are made of: pixels, and nothing that carries words. */
const ownChunks = new Set(['IHDR', 'PLTE', 'tRNS', 'pHYs', 'IDAT', 'IEND']);

/**
 * What is wrong with a PNG file, by its size and its header alone, before anything of it is decoded; undefined where
 * nothing is.
 *
 * @see PNG (third edition), sections 5 and 11.2.1.
 */
export function pngProblem(bytes: Uint8Array): string | undefined {
  const { pictureBytes, pictureSide } = reportLimits;
  if (bytes.length > pictureBytes) return `it has ${bytes.length} bytes of at most ${pictureBytes}`;
  if (bytes.length < 33 || signature.some((byte, index) => bytes[index] !== byte)) return 'it is no PNG file';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(8) !== 13 || chunkType(bytes, 8) !== 'IHDR') return 'it has no PNG header';
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const fits = (side: number): boolean => side >= 1 && side <= pictureSide;
  if (!fits(width) || !fits(height)) {
    return `it is ${width} × ${height} pixels; a side has 1 to ${pictureSide}`;
  }
  return undefined;
}

/** Whether a PNG file is whole and holds pixels only, as those drawn anew do. */
export function holdsPixelsOnly(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 8;
  let type = '';
  while (at + 12 <= bytes.length) {
    type = chunkType(bytes, at);
    if (!ownChunks.has(type)) return false;
    at += 12 + view.getUint32(at);
    if (type === 'IEND') break;
  }
  return type === 'IEND' && at === bytes.length;
}

/** Of the chunk that begins at an offset: its length comes first. */
function chunkType(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at + 4, at + 8));
}
