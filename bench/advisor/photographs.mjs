import { readClothing } from '../study/clothing.mjs';
import { importOnce } from '../study/datasets.mjs';

/**
 * Photographs of clothes as a data set in a folder of its own, made once: so many training pictures, as evenly over the ten
 * classes as there are, and a tenth as many each that validate and that test.
 */
export function preparePhotographs({ clothing }, count, workFolder) {
  const held = Math.ceil(count / 10);
  return importOnce(
    `photographs-of-${count}`,
    async () => ({
      train: evenly(await readClothing(clothing, 'train'), count),
      validation: evenly(await readClothing(clothing, 'validation'), held),
      test: evenly(await readClothing(clothing, 'test'), held),
    }),
    workFolder,
  );
}

/** The first of every class, then the second of every class, and so on. */
function evenly(pictures, count) {
  const seen = new Map();
  const ranked = pictures.map((picture) => {
    const rank = seen.get(picture.class) ?? 0;
    seen.set(picture.class, rank + 1);
    return { picture, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ picture }) => picture);
}
