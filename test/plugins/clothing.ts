import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importDataset } from '../../src/learning/datasets/import-dataset.js';
import { tarEnd, tarFile } from '../../src/learning/datasets/tar-writer.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { composeBackbone } from '../../src/learning/tfjs-layers/compose-classifier.js';
import { realModel } from '../learning/support/real-models.js';

/** A real network and real photographs in a folder of their own. */
export interface ClothingWorkshop {
  folder: string;
  baseFolder: string;
  datasetFolder: string;
  remove(): Promise<void>;
}

/** The collection has 24, 4 and 12. */
export interface PicturesPerClass {
  train: number;
  validation?: number;
  test: number;
}

const photographs = new URL('../../examples/clothing-mini/images/', import.meta.url);

/** MobileNetV2 without its head, as the zoo stores it, and a few photographs of some classes of clothing-mini. */
export async function createClothingWorkshop(
  classes: string[],
  perClass: PicturesPerClass,
): Promise<ClothingWorkshop> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-run-strategy-'));
  const baseFolder = join(folder, 'base');
  const datasetFolder = join(folder, 'dataset');
  const whole = await loadTfjsLayers(realModel('mobilenet_v2'));
  for (const { path, bytes } of composeBackbone(whole, 'out_relu', 'average').files) {
    await mkdir(dirname(join(baseFolder, path)), { recursive: true });
    await writeFile(join(baseFolder, path), bytes);
  }
  const archivePath = join(folder, 'clothing.tar');
  await writeFile(archivePath, await archive(classes, perClass));
  await importDataset({ archivePath, outputFolder: datasetFolder, options: { splits: 'given' } });
  return { folder, baseFolder, datasetFolder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function archive(classes: string[], perClass: PicturesPerClass): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const split of ['train', 'validation', 'test'] as const) {
    for (const name of classes) {
      const source = new URL(`${split}/${name}/`, photographs);
      for (const file of (await readdir(source)).sort().slice(0, perClass[split] ?? 0)) {
        const bytes = await readFile(new URL(file, source));
        const { header, padding } = tarFile(`${split}/${name}/${file}`, bytes.length);
        parts.push(header, bytes, padding);
      }
    }
  }
  return Buffer.concat([...parts, tarEnd]);
}
