import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { DatasetIndex, DatasetManifest } from '../../src/learning/dataset-manifest.js';
import { importDataset, type ImportRequest } from '../../src/learning/datasets/import-dataset.js';

export interface Imported {
  manifest: DatasetManifest;
  index: DatasetIndex;
  outputFolder: string;
}

/** Imports archives within a folder that each test has for itself. Call it at the top of a test file. */
export function useImports(): {
  folder: () => string;
  importing: (archive: Buffer, request?: Partial<ImportRequest>) => Promise<Imported>;
} {
  let folder = '';
  let runs = 0;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zoo-import-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return {
    folder: () => folder,
    importing: async (archive, request = {}) => {
      runs += 1;
      const archivePath = join(folder, `archive-${runs}`);
      const outputFolder = join(folder, `output-${runs}`);
      await writeFile(archivePath, archive);
      const manifest = await importDataset({ archivePath, outputFolder, ...request });
      const index = JSON.parse(await readFile(join(outputFolder, 'index.json'), 'utf8')) as DatasetIndex;
      return { manifest, index, outputFolder };
    },
  };
}
