import { createRandom, shuffle } from '../../dist/learning/random.js';
import { readClothing } from '../study/clothing.mjs';
import { firstOfEach, importOnce } from '../study/datasets.mjs';
import { readEmoji } from '../study/emoji.mjs';
import { readFashionMnist } from '../study/fashion-mnist.mjs';
import { readClipArt } from './sources/clip-art.mjs';
import { readDigits } from './sources/digits.mjs';

/** Most test pictures of a class: enough for an interval, and no more to compute. */
const testPerClass = 60;

/**
 * Twelve data sets in five domains, from near to ImageNet to far from it, 5 to 500 training pictures a class. Expectations
 * are judged on domains that they were not fitted on. Each seed draws other pictures.
 */
export const datasets = [
  ...sized('photographs', clothing, [5, 20, 100]),
  ...sized('clip art', clipArt, [5, 25]),
  ...sized('emoji', emoji, [10, 60]),
  ...sized('fashion-mnist', fashionMnist, [5, 50, 500]),
  ...sized('digits', digits, [5, 100]),
];

function sized(domain, read, sizes) {
  return sizes.map((perClass) => ({
    name: `${domain.replaceAll(' ', '-')}-${perClass}`,
    domain,
    perClass,
    read,
  }));
}

/** Imports a data set as one seed draws it into a folder of its own, once. */
export const prepareDataset = ({ name, perClass, read }, seed, sources, workFolder) =>
  importOnce(`${name}-seed-${seed}`, () => read(sources, perClass, seed), workFolder);

async function clothing({ clothing: folder }, perClass, seed) {
  const drawn = drawEach(await readClothing(folder, 'train'), perClass + validationOf(perClass), seed);
  return split(drawn, perClass, await readClothing(folder, 'test'));
}

async function fashionMnist({ fashionMnist: folder }, perClass, seed) {
  const drawn = drawEach(await readFashionMnist(folder, 'train'), perClass + validationOf(perClass), seed);
  return split(drawn, perClass, drawEach(await readFashionMnist(folder, 't10k'), testPerClass, seed));
}

async function clipArt({ clipArt: folder }, perClass, seed) {
  return fromOne(await readClipArt(folder), perClass, seed);
}

async function digits({ digits: folder }, perClass, seed) {
  return fromOne(await readDigits(folder), perClass, seed);
}

async function emoji({ emoji: folder }, perClass, seed) {
  return fromOne(await readEmoji(folder, 'google'), perClass, seed);
}

/** Where the source has no test pictures of its own, what is left of each class tests. */
function fromOne(pictures, perClass, seed) {
  const all = drawEach(pictures, Infinity, seed);
  const fitted = firstOfEach(all, perClass + validationOf(perClass));
  const taken = new Set(fitted);
  const test = firstOfEach(
    all.filter((picture) => !taken.has(picture)),
    testPerClass,
  );
  return split(fitted, perClass, test);
}

/** Validation pictures of a class. */
const validationOf = (perClass) => Math.max(2, Math.round(perClass / 5));

function split(drawn, perClass, test) {
  const train = firstOfEach(drawn, perClass);
  const taken = new Set(train);
  return { train, validation: drawn.filter((picture) => !taken.has(picture)), test };
}

function drawEach(pictures, count, seed) {
  const order = Int32Array.from(pictures, (_, index) => index);
  shuffle(order, createRandom(seed));
  return firstOfEach(
    Array.from(order, (index) => pictures[index]),
    count,
  );
}
