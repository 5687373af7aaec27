import { bitCount, type FingerprintTable } from './fingerprint-table.js';

/**
 * Two pictures nearly equal each other when their hashes differ in this many bits or fewer, and their thumbnails by no
 * more than `maxThumbnailDifference`. Both were chosen on photographs: docs/decisions/0070-near-duplicates.md.
 */
export const maxHashDistance = 8;
/** Mean absolute difference of 8-bit values, after brightness and contrast were fitted. */
export const maxThumbnailDifference = 6;

/**
 * Bounds for pictures whose hashes are all alike (blank ones, say), where a hash says nothing: so many hashes and so many
 * thumbnails are compared for one picture, then the search goes on with the next.
 */
const maxHashesCompared = 20_000;
const maxThumbnailsCompared = 200;

/**
 * Visits every pair of near-duplicates once, `first < second`, in order of `first`. Time grows about linearly with the number
 * of pictures: hashes are looked up by their four 16-bit parts, since two hashes within 8 bits of each other have a part
 * within 2.
 *
 * @see Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR 2012, section 3
 */
export function visitNearDuplicates(
  table: FingerprintTable,
  visit: (first: number, second: number, distance: number) => void,
  signal?: AbortSignal,
): void {
  const indexes = [0, 1, 2, 3].map((chunk) => chunkIndex(table, chunk));
  const masks = masksWithin(Math.floor(maxHashDistance / 4));
  for (let first = 0; first < table.length; first += 1) {
    if (first % 1024 === 0) signal?.throwIfAborted();
    let hashesCompared = 0;
    let thumbnailsCompared = 0;
    for (const [chunk, { starts, rows }] of indexes.entries()) {
      const value = table.chunk(first, chunk);
      for (const mask of masks) {
        const bucket = value ^ mask;
        const end = starts[bucket + 1] ?? 0;
        for (let slot = starts[bucket] ?? 0; slot < end && hashesCompared < maxHashesCompared; slot += 1) {
          const second = rows[slot] ?? 0;
          // Rows of a bucket descend: the rest comes before `first` and met it already.
          if (second <= first) break;
          hashesCompared += 1;
          const distance = table.distance(first, second);
          if (distance > maxHashDistance || metEarlier(table, first, second, chunk)) continue;
          if ((thumbnailsCompared += 1) > maxThumbnailsCompared) break;
          if (
            thumbnailDifference(table.thumbnail(first), table.thumbnail(second)) <= maxThumbnailDifference
          ) {
            visit(first, second, distance);
          }
        }
      }
    }
  }
}

/** Rows by the value of one part of their hash: those of value v stand at starts[v] … starts[v + 1], descending. */
function chunkIndex(table: FingerprintTable, chunk: number): { starts: Uint32Array; rows: Uint32Array } {
  const starts = new Uint32Array(65537);
  for (let row = 0; row < table.length; row += 1) {
    const next = table.chunk(row, chunk) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let value = 0; value < 65536; value += 1)
    starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0);
  const rows = new Uint32Array(table.length);
  const free = starts.slice();
  for (let row = table.length - 1; row >= 0; row -= 1) {
    const value = table.chunk(row, chunk);
    const slot = free[value] ?? 0;
    rows[slot] = row;
    free[value] = slot + 1;
  }
  return { starts, rows };
}

/** Every 16-bit mask with at most `bits` ones. */
function masksWithin(bits: number): number[] {
  return Array.from({ length: 65536 }, (_, mask) => mask).filter((mask) => bitCount(mask) <= bits);
}

/** Whether a pair was found through an earlier part of the hash. */
function metEarlier(table: FingerprintTable, a: number, b: number, chunk: number): boolean {
  const reach = Math.floor(maxHashDistance / 4);
  for (let earlier = 0; earlier < chunk; earlier += 1) {
    if (bitCount(table.chunk(a, earlier) ^ table.chunk(b, earlier)) <= reach) return true;
  }
  return false;
}

/**
 * Mean absolute difference of two thumbnails after the second's brightness and contrast were fitted to the first's, within
 * what exposure and recompression do (a third in contrast, 40 steps in brightness), and the other way round.
 */
export function thumbnailDifference(a: Uint8Array, b: Uint8Array): number {
  return (fittedDifference(a, b) + fittedDifference(b, a)) / 2;
}

function fittedDifference(a: Uint8Array, b: Uint8Array): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let product = 0;
  let square = 0;
  for (let index = 0; index < b.length; index += 1) {
    const deviation = (b[index] ?? 0) - meanB;
    product += ((a[index] ?? 0) - meanA) * deviation;
    square += deviation * deviation;
  }
  const gain = Math.min(4 / 3, Math.max(3 / 4, square === 0 ? 1 : product / square));
  const offset = Math.min(40, Math.max(-40, meanA - meanB));
  let sum = 0;
  for (let index = 0; index < b.length; index += 1) {
    sum += Math.abs((a[index] ?? 0) - (meanB + offset + gain * ((b[index] ?? 0) - meanB)));
  }
  return sum / a.length;
}

function mean(values: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? 0;
  return sum / values.length;
}
