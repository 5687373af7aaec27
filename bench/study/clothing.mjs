import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One split of the unpacked photographs: `<folder>/<split>/<class>/<picture>`. */
export async function readClothing(folder, split) {
  const classes = (await readdir(join(folder, split))).sort();
  const pictures = await Promise.all(
    classes.map(async (name) =>
      (await readdir(join(folder, split, name))).sort().map((file) => ({
        class: name,
        name: file,
        bytes: () => readFile(join(folder, split, name, file)),
      })),
    ),
  );
  return pictures.flat();
}
