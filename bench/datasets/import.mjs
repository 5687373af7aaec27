import console from 'node:console';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import sharp from 'sharp';
import { listArchive } from '../../dist/learning/datasets/archive.js';
import { defaultArchiveLimits } from '../../dist/learning/datasets/archive-limits.js';
import { fileSource, readExactly } from '../../dist/learning/datasets/byte-source.js';
import { FingerprintTable } from '../../dist/learning/datasets/fingerprint-table.js';
import { importDataset } from '../../dist/learning/datasets/import-dataset.js';
import { inParallel } from '../../dist/learning/datasets/in-parallel.js';
import { visitNearDuplicates } from '../../dist/learning/datasets/near-duplicates.js';
import { scanArchive } from '../../dist/learning/datasets/scan-archive.js';

/**
 * Import of a tar of photographs beside the bare decoder on the same pictures with as many at once: what digests, hashes,
 * duplicates, shards and index cost. And the search for near-duplicates by the number of pictures.
 */
const [archive] = process.argv.slice(2);
if (archive === undefined) throw new Error('usage: import.mjs PICTURES.tar');
const source = await fileSource(archive);
const { entries } = await listArchive(source, defaultArchiveLimits);
const pictures = entries.filter(({ path }) => /\.(jpe?g|png)$/.test(path));
const never = new globalThis.AbortController().signal;
sharp.concurrency(1);
sharp.cache(false);

const seconds = { scan: [], decode: [], import: [] };
for (let round = 0; round < 3; round += 1) {
  seconds.scan.push(await timed(() => scanArchive(source)));
  seconds.decode.push(await timed(() => inParallel(pictures, availableParallelism(), decode, never)));
  const outputFolder = await mkdtemp(join(tmpdir(), 'zoo-bench-'));
  seconds.import.push(await timed(() => importDataset({ archivePath: archive, outputFolder })));
  await rm(outputFolder, { recursive: true });
}
const best = (name) => Math.min(...seconds[name]);
const rate = (name) => (pictures.length / best(name)).toFixed(0);
console.log(`${pictures.length} pictures, ${(source.sizeBytes / 1e6).toFixed(0)} MB, best of 3`);
console.log(`scan          ${best('scan').toFixed(2)} s`);
console.log(`bare decoder  ${rate('decode')} pictures/s`);
console.log(
  `import        ${rate('import')} pictures/s, ${(best('decode') / best('import')).toFixed(2)} × the bare decoder`,
);
console.log(`peak memory   ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);

for (const length of [10_000, 100_000]) {
  const table = new FingerprintTable(length);
  const thumbnail = new Uint8Array(192);
  const word = () => Math.floor(Math.random() * 2 ** 32);
  for (let row = 0; row < length; row += 1) table.set(row, { hash: [word(), word()], thumbnail });
  const elapsed = await timed(() => visitNearDuplicates(table, () => undefined));
  console.log(`near-duplicates among ${length} pictures: ${elapsed.toFixed(2)} s`);
}

async function decode({ offset, sizeBytes }) {
  const bytes = await readExactly(source, offset, sizeBytes);
  await sharp(bytes).resize(32, 32, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
}

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
