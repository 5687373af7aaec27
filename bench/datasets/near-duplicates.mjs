import console from 'node:console';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import sharp from 'sharp';
import { listArchive } from '../../dist/learning/datasets/archive.js';
import { defaultArchiveLimits } from '../../dist/learning/datasets/archive-limits.js';
import { bufferSource, readExactly } from '../../dist/learning/datasets/byte-source.js';
import { FingerprintTable } from '../../dist/learning/datasets/fingerprint-table.js';
import { defaultPictureLimits, inspectPicture } from '../../dist/learning/datasets/inspect-picture.js';
import { thumbnailDifference } from '../../dist/learning/datasets/near-duplicates.js';

/**
 * How well near-duplicates are told from pictures that merely resemble each other, on a tar of real photographs: of altered
 * copies the share that is found, of all pairs of different pictures the number that is flagged.
 */
const alterations = {
  'scaled to 60 %': async (bytes) => {
    const { width } = await sharp(bytes).metadata();
    return sharp(bytes)
      .resize({ width: Math.round(width * 0.6) })
      .jpeg({ quality: 85 })
      .toBuffer();
  },
  'JPEG quality 40': (bytes) => sharp(bytes).jpeg({ quality: 40 }).toBuffer(),
  'enlarged, WebP 60': async (bytes) => {
    const { width } = await sharp(bytes).metadata();
    return sharp(bytes)
      .resize({ width: Math.round(width * 1.6) })
      .webp({ quality: 60 })
      .toBuffer();
  },
  'cropped 1.5 % a side': (bytes) => crop(bytes, 0.015),
  'cropped 4 % a side': (bytes) => crop(bytes, 0.04),
  'brightness + 15 %': (bytes) =>
    sharp(bytes).modulate({ brightness: 1.15 }).jpeg({ quality: 80 }).toBuffer(),
};

const [archive] = process.argv.slice(2);
if (archive === undefined) throw new Error('usage: near-duplicates.js PICTURES.tar');
const source = bufferSource(await readFile(archive));
const { entries } = await listArchive(source, defaultArchiveLimits);
const pictures = entries.filter(({ path }) => path.endsWith('.jpg'));
const table = new FingerprintTable(pictures.length);
const bytesOf = (index) => readExactly(source, pictures[index]?.offset ?? 0, pictures[index]?.sizeBytes ?? 0);
for (const index of pictures.keys()) await fill(table, index, await bytesOf(index));

const thresholds = [6, 8, 10].flatMap((bits) =>
  [3, 4, 5, 6, Infinity].map((difference) => ({ bits, difference })),
);
const flagged = thresholds.map(() => 0);
for (let a = 0; a < table.length; a += 1) {
  for (let b = a + 1; b < table.length; b += 1) {
    const distance = table.distance(a, b);
    if (distance > 10) continue;
    const difference = thumbnailDifference(table.thumbnail(a), table.thumbnail(b));
    if (distance <= 8 && difference <= 6) {
      console.log('near', pictures[a]?.path, pictures[b]?.path, distance, difference.toFixed(1));
    }
    for (const [index, limit] of thresholds.entries()) {
      if (distance <= limit.bits && difference <= limit.difference)
        flagged[index] = (flagged[index] ?? 0) + 1;
    }
  }
}
const sample = [...pictures.keys()].filter((index) => index % 8 === 0);
const found = thresholds.map(({ bits, difference }, index) => ({
  bits: String(bits),
  thumbnail: String(difference),
  'pairs flagged': String(flagged[index]),
}));
for (const [name, alter] of Object.entries(alterations)) {
  const pair = new FingerprintTable(2);
  const hits = thresholds.map(() => 0);
  for (const index of sample) {
    const bytes = await bytesOf(index);
    await fill(pair, 0, bytes);
    await fill(pair, 1, await alter(bytes));
    for (const [row, limit] of thresholds.entries()) {
      const isFound =
        pair.distance(0, 1) <= limit.bits &&
        thumbnailDifference(pair.thumbnail(0), pair.thumbnail(1)) <= limit.difference;
      if (isFound) hits[row] = (hits[row] ?? 0) + 1;
    }
  }
  for (const [row, count] of hits.entries())
    Object.assign(found[row] ?? {}, { [name]: `${((100 * count) / sample.length).toFixed(1)} %` });
}
console.log(
  `${pictures.length} pictures, ${(table.length * (table.length - 1)) / 2} pairs, ${sample.length} altered of each kind`,
);
console.table(found);

async function fill(into, row, bytes) {
  const picture = await inspectPicture(bytes, defaultPictureLimits);
  if ('code' in picture) throw new Error(picture.reason);
  into.set(row, picture.fingerprint);
}

async function crop(bytes, part) {
  const { width, height } = await sharp(bytes).metadata();
  const left = Math.round(width * part);
  const top = Math.round(height * part);
  return sharp(bytes)
    .extract({ left, top, width: width - 2 * left, height: height - 2 * top })
    .jpeg({ quality: 80 })
    .toBuffer();
}
