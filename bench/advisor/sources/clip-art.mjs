import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** Folders of the collection that have enough drawings of one kind, and what they show. */
const folders = {
  'animals/birds': 'birds',
  'animals/bugs': 'bugs',
  'animals/mammals': 'mammals',
  'computer/hardware': 'hardware',
  'food/desserts': 'desserts',
  'food/fruit': 'fruit',
  office: 'office',
  people: 'people',
  'recreation/music': 'music',
  'recreation/sports': 'sports',
  tools: 'tools',
  transportation: 'transportation',
};

const side = 128;

/**
 * Drawings of the Open Clip Art Library, public domain, in twelve classes.
 *
 * @param folder `usr/share/openclipart/png` of the Debian package openclipart-png
 */
export async function readClipArt(folder) {
  const pictures = [];
  for (const [path, name] of Object.entries(folders)) {
    for (const file of (await readdir(join(folder, path))).filter((one) => one.endsWith('.png')).sort()) {
      pictures.push({
        class: name,
        name: file.replace(/[^a-z0-9.]+/gi, '-'),
        bytes: async () => small(await readFile(join(folder, path, file))),
      });
    }
  }
  return pictures;
}

/** On white, since most are drawn for paper. */
const small = (bytes) =>
  sharp(bytes, { limitInputPixels: 2 ** 28 })
    .flatten({ background: 'white' })
    .resize(side, side, { fit: 'contain', background: 'white' })
    .png({ compressionLevel: 1 })
    .toBuffer();
