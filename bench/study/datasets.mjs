import { access, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { importDataset } from '../../dist/learning/datasets/import-dataset.js';
import { tarEnd, tarFile } from '../../dist/learning/datasets/tar-writer.js';
import { readClothing } from './clothing.mjs';
import { readEmoji } from './emoji.mjs';
import { readFashionMnist } from './fashion-mnist.mjs';

/**
 * The data sets of the study. `large` and `similar` say which of the four scenarios each stands for; `inputSize` is near
 * the pictures' own size, as small as serves.
 */
export const datasets = [
  {
    name: 'clothing-20',
    inputSize: 128,
    title: 'photographs of clothes, 20 a class',
    large: false,
    similar: true,
    pictures: ({ clothing }) => clothingPictures(clothing, 20, 8),
  },
  {
    name: 'clothing-all',
    inputSize: 128,
    title: 'photographs of clothes, all 3,068',
    large: true,
    similar: true,
    pictures: ({ clothing }) => clothingPictures(clothing, Infinity, Infinity),
  },
  {
    name: 'fashion-mnist-20',
    inputSize: 96,
    title: 'Fashion-MNIST, 20 a class',
    large: false,
    similar: false,
    pictures: ({ fashionMnist }) => fashionPictures(fashionMnist, 20, 8, 200),
  },
  {
    name: 'fashion-mnist-300',
    inputSize: 96,
    title: 'Fashion-MNIST, 300 a class',
    large: true,
    similar: false,
    pictures: ({ fashionMnist }) => fashionPictures(fashionMnist, 300, 34, 200),
  },
  {
    name: 'emoji-same-style',
    inputSize: 96,
    title: 'emoji, tested on unseen drawings of the same vendor',
    shift: true,
    pictures: ({ emoji }) => emojiPictures(emoji, 'google'),
  },
  {
    name: 'emoji-other-style',
    inputSize: 96,
    title: 'emoji, tested on unseen drawings of another vendor',
    shift: true,
    pictures: ({ emoji }) => emojiPictures(emoji, 'twitter'),
  },
];

/** All of Fashion-MNIST with its own test set, for the comparison with the paper that introduced it. */
export const fashionMnistWhole = {
  name: 'fashion-mnist-all',
  inputSize: 96,
  pictures: ({ fashionMnist }) => fashionPictures(fashionMnist, Infinity, 100, Infinity),
};

/** Imports a data set into a folder of its own, once. */
export const prepareDataset = ({ name, pictures }, sources, workFolder) =>
  importOnce(name, () => pictures(sources), workFolder);

/** Imports pictures by split into a folder of the name given, unless they are there. */
export async function importOnce(name, pictures, workFolder) {
  const folder = join(workFolder, 'datasets', name);
  const isThere = await access(join(folder, 'index.json')).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  await mkdir(join(workFolder, 'datasets'), { recursive: true });
  const archivePath = `${folder}.tar`;
  await writeTar(archivePath, await pictures());
  await importDataset({ archivePath, outputFolder: folder, options: { splits: 'given' } });
  await rm(archivePath);
  return folder;
}

async function clothingPictures(folder, train, validation) {
  return {
    train: firstOfEach(await readClothing(folder, 'train'), train),
    validation: firstOfEach(await readClothing(folder, 'validation'), validation),
    test: await readClothing(folder, 'test'),
  };
}

async function fashionPictures(folder, train, validation, test) {
  const all = await readFashionMnist(folder, 'train');
  // From the end, so that they are no training pictures of any size.
  const last = firstOfEach([...all].reverse(), validation);
  const taken = new Set(last.map(({ name }) => name));
  return {
    train: firstOfEach(
      all.filter(({ name }) => !taken.has(name)),
      train,
    ),
    validation: last,
    test: firstOfEach(await readFashionMnist(folder, 't10k'), test),
  };
}

/** Even emoji train, of the odd ones every second validates and the rest test: no thing is in two splits. */
async function emojiPictures(folder, testVendor) {
  const drawn = await readEmoji(folder, 'google');
  const tested = await readEmoji(folder, testVendor);
  const part = (pictures, keep) => pictures.filter((_, index) => keep(index));
  return {
    train: firstOfEach(
      part(drawn, (index) => index % 2 === 0),
      60,
    ),
    validation: firstOfEach(
      part(drawn, (index) => index % 4 === 1),
      20,
    ),
    test: part(tested, (index) => index % 4 === 3),
  };
}

/** The first pictures of every class. */
export function firstOfEach(pictures, count) {
  const seen = new Map();
  return pictures.filter((picture) => {
    const before = seen.get(picture.class) ?? 0;
    seen.set(picture.class, before + 1);
    return before < count;
  });
}

async function writeTar(path, splits) {
  const file = await open(path, 'w');
  for (const [split, pictures] of Object.entries(splits)) {
    for (const picture of pictures) {
      const bytes = await picture.bytes();
      const { header, padding } = tarFile(`${split}/${picture.class}/${picture.name}`, bytes.length);
      await file.write(Buffer.concat([header, bytes, padding]));
    }
  }
  await file.write(tarEnd);
  await file.close();
}
