/**
 * Makes the pictures in `images/` from the archive of the whole collection (see README.md for where it comes from):
 *
 *     node examples/clothing-mini/make.mjs clothing-256.tar
 *
 * The archive holds `<split>/<class>/<name>.jpg`. File names there are random, so the first ones by name are a fair pick.
 * The same archive gives the same pictures.
 */
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { extract } from 'tar-stream';

/** Pictures per class. The collection's smallest test class has twelve. */
const perClass = { train: 24, validation: 4, test: 12 };
const shorterSide = 192;
const jpeg = { quality: 82, mozjpeg: true };

const archive = process.argv[2];
if (archive === undefined) {
  console.error('usage: node examples/clothing-mini/make.mjs ARCHIVE.tar');
  process.exit(2);
}

const target = join(dirname(fileURLToPath(import.meta.url)), 'images');
const pictures = await readPictures(archive);
await rm(target, { recursive: true, force: true });
let sizeBytes = 0;
for (const { path, bytes } of pickPictures(pictures)) {
  const file = join(target, path);
  const picture = await sharp(bytes)
    .rotate()
    .resize({ width: shorterSide, height: shorterSide, fit: 'outside', withoutEnlargement: true })
    .jpeg(jpeg)
    .toBuffer();
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, picture);
  sizeBytes += picture.length;
}
console.log(`${target}: ${(sizeBytes / 2 ** 20).toFixed(1)} MB`);

/** @returns {Promise<{ path: string, bytes: Buffer }[]>} `<split>/<class>/<name>.jpg`, sorted */
async function readPictures(file) {
  const found = [];
  const entries = createReadStream(file).pipe(extract());
  for await (const entry of entries) {
    const parts = entry.header.name.split('/').slice(-3);
    const chunks = [];
    for await (const chunk of entry) chunks.push(chunk);
    if (entry.header.type === 'file' && parts[0] in perClass)
      found.push({ path: parts.join('/'), bytes: Buffer.concat(chunks) });
  }
  return found.sort((first, second) => (first.path < second.path ? -1 : 1));
}

function* pickPictures(pictures) {
  const taken = new Map();
  for (const picture of pictures) {
    const [split] = picture.path.split('/');
    const folder = dirname(picture.path);
    const count = (taken.get(folder) ?? 0) + 1;
    taken.set(folder, count);
    if (count <= perClass[split]) yield picture;
  }
}
