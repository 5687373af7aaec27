import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttemptLimits } from '../../src/jobs/child/attempt-limits.js';
import { fitPermissions } from '../../src/jobs/child/fit-permissions.js';
import { readFitRecord } from '../../src/jobs/child/fit-record.js';
import { runChild, type ChildEnd, type ChildOptions } from '../../src/jobs/child/run-child.js';
import { checkOutput } from '../../src/jobs/publish/check-output.js';
import { WorkFolders, type WorkFolder } from '../../src/jobs/worker/work-folders.js';
import { importDataset } from '../../src/learning/datasets/import-dataset.js';
import { readDatasetFolder } from '../../src/learning/datasets/dataset-folder.js';
import { writeWithoutTestSplit } from '../../src/learning/datasets/write-without-test-split.js';
import { digestPackage } from '../../src/plugins/packages/digest-package.js';
import type { StrategyOrigin } from '../../src/plugins/packages/strategy-package.js';
import type { FitRecord } from '../../src/plugins/run/fit-strategy.js';
import { colourArchive, tinyNetwork } from './real-work.js';

/** A small network and small pictures, and the processes of a fine-tune on them as a worker runs them, without a database. */
export interface FitStand {
  root: string;
  datasetFolder: string;
  /** Paths of the test pictures. */
  testPictures: string[];
  /** Runs the process of a fit of a strategy whose `fit` is this text; `context` is what it may use. */
  fit(source: string, options?: StandOptions): Promise<{ end: ChildEnd; folder: WorkFolder; logs: string[] }>;
  /** What the worker makes of what a fit left. */
  record(end: ChildEnd, folder: WorkFolder): Promise<FitRecord>;
  /** Runs the process of the evaluation. */
  evaluate(fit: FitRecord, folder: WorkFolder): Promise<ChildEnd>;
  remove(): Promise<void>;
}

export interface StandOptions {
  limits?: Partial<AttemptLimits>;
  /** False: without Node's permission model. */
  permissions?: boolean;
  onStart?: ChildOptions['onStart'];
}

const limits: AttemptLimits = {
  timeMs: 120_000,
  memoryBytes: 1024 ** 3,
  diskBytes: 64 * 1024 ** 2,
  checkpointBytes: 1024 ** 2,
  graceMs: 500,
  logBytes: 1_000_000,
  metricPoints: 1000,
  reports: 5000,
  reportBytes: 4 * 1024 ** 2,
  stderrBytes: 1024 ** 2,
};

const installation = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

export async function createFitStand(): Promise<FitStand> {
  const root = await mkdtemp(join(tmpdir(), 'zoo-isolation-'));
  const folders = new WorkFolders(join(root, 'work'), 'worker-1');
  await folders.open();
  const baseFolder = join(root, 'base');
  for (const { path, bytes } of await tinyNetwork()) await writeNew(join(baseFolder, path), bytes);
  const datasetFolder = join(root, 'dataset');
  const archivePath = join(root, 'colours.tar');
  await writeFile(archivePath, await colourArchive(20));
  await importDataset({ archivePath, outputFolder: datasetFolder });
  const featureFolder = join(root, 'features');
  await mkdir(featureFolder);
  const dataset = await readDatasetFolder(datasetFolder);
  const ofTest = dataset.index.images.filter(({ split }) => split === 'test');
  const testSummary = {
    imageCount: ofTest.length,
    perClass: dataset.index.classes.map((_, label) => ofTest.filter((image) => image.label === label).length),
  };
  await dataset.close();

  let attempts = 0;
  const inputs = (folder: WorkFolder) => ({
    baseFolder: folder.base,
    datasetFolder: folder.dataset,
    cacheFolder: featureFolder,
    cacheBytes: 1e8,
    outputFolder: folder.output,
    seed: 1,
    threads: 1,
    memoryBytes: 1024 ** 3,
  });
  const silent = {
    threads: 1,
    signal: new AbortController().signal,
    onCheckpoint: () => undefined,
    onStderr: () => undefined,
  };
  return {
    root,
    datasetFolder,
    testPictures: ofTest.map(({ path }) => path),
    async fit(source, options = {}) {
      const folder = await folders.create({ jobId: 'job', fence: ++attempts });
      const origin = await installPackage(join(root, 'plugins', String(attempts)), source);
      await cp(baseFolder, folder.base, { recursive: true });
      await writeWithoutTestSplit(datasetFolder, folder.dataset, silent.signal);
      const addonFolder = join(root, 'no-addon');
      const logs: string[] = [];
      const end = await runChild({
        ...silent,
        work: {
          kind: 'FIT',
          strategy: 'theirs',
          origin,
          parameters: {},
          testSummary,
          ...inputs(folder),
          checkpointFolder: folder.checkpoints,
          checkpoints: [],
          checkpointBytes: limits.checkpointBytes,
          engine: { wanted: 'auto', addonFolder },
        },
        folder,
        permissions:
          options.permissions === false
            ? []
            : await fitPermissions({ origin, folder, featureFolder, addonFolder }),
        limits: { ...limits, ...options.limits },
        onStart: options.onStart,
        onReport: (report) => report.type === 'log' && logs.push(report.message),
      });
      return { end, folder, logs };
    },
    async record(end, folder) {
      if (end.kind !== 'completed') throw new Error(JSON.stringify(end));
      await checkOutput(folder.output);
      return readFitRecord(end.result);
    },
    async evaluate(fit, folder) {
      await rm(folder.dataset, { recursive: true });
      await cp(datasetFolder, folder.dataset, { recursive: true });
      return runChild({
        ...silent,
        work: { kind: 'EVALUATION', fit, ...inputs(folder) },
        folder,
        limits,
        onReport: () => undefined,
      });
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A package as `zoo plugin add` leaves it: in a node_modules of its own, with a link to this installation beside it. */
async function installPackage(folder: string, fit: string): Promise<StrategyOrigin> {
  const own = join(folder, 'node_modules', 'theirs');
  const entry = join(own, 'index.js');
  await writeNew(entry, strategySource(fit));
  await writeNew(
    join(own, 'package.json'),
    JSON.stringify({ name: 'theirs', version: '1.0.0', type: 'module' }),
  );
  await symlink(installation, join(folder, 'node_modules', 'modelzoo'));
  return {
    kind: 'package',
    folder: own,
    entry,
    identity: { name: 'theirs', version: '1.0.0', digest: await digestPackage(own) },
  };
}

const strategySource = (fit: string) => `
import { defineStrategy, z } from 'modelzoo/plugin';
import fs from 'node:fs';
import { spawn } from 'node:child_process';

export default defineStrategy({
  name: 'theirs', version: '1.0.0', summary: 'Written by someone else.', parameters: z.object({}),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => Promise.resolve({ fit }),
});

/** The means of the classes, as a linear classifier. */
async function classMeans({ base, classes, features }) {
  const cut = { layer: base.cutPoints.at(-1).layer, pooling: 'average' };
  const { rows, featureDim, data, labels } = await features('train', cut);
  const weights = new Float32Array(featureDim * classes.length);
  const bias = new Float32Array(classes.length);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < featureDim; at++)
      weights[at * classes.length + labels[row]] += (data[row * featureDim + at] * classes.length) / rows;
  for (let label = 0; label < classes.length; label++)
    for (let at = 0; at < featureDim; at++) bias[label] -= weights[at * classes.length + label] ** 2 / 2;
  return { kind: 'linear-on-features', cut, weights, bias, activation: 'linear', chosen: {} };
}

async function fit(context) {
${fit}
}
`;

async function writeNew(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
