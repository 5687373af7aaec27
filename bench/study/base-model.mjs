import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readNsfwjsBackbone } from '../../dist/cli/starters/nsfwjs-backbone.js';

/** Writes the starter MobileNetV2, as `zoo import-starters` publishes it, into a folder. */
export async function prepareBaseModel(workFolder) {
  const folder = join(workFolder, 'mobilenet-v2');
  for (const { path, bytes } of await readNsfwjsBackbone('mobilenet-v2')) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}
