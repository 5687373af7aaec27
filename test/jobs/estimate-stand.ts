import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { runEstimate, type AskedEstimate } from '../../src/jobs/advice/run-estimate.js';
import { attemptLimits } from '../../src/jobs/child/attempt-limits.js';
import { runChild, type ChildOptions } from '../../src/jobs/child/run-child.js';
import { WorkFolders } from '../../src/jobs/worker/work-folders.js';
import { importDataset } from '../../src/learning/datasets/import-dataset.js';
import { writeWithoutTestSplit } from '../../src/learning/datasets/write-without-test-split.js';
import { readStrategyPackage } from '../../src/plugins/packages/read-package.js';
import { colourArchive, tinyNetwork } from './real-work.js';

/** A small network and small pictures, and the process of an estimate on them as a worker runs it, without a database. */
export interface EstimateStand {
  /** Training pictures there are. */
  trainCount: number;
  /** Asks the strategy of a package in this folder. */
  ask(packageFolder: string, options: AskOptions): Promise<AskedEstimate>;
  remove(): Promise<void>;
}

export interface AskOptions {
  strategy: string;
  parameters?: Record<string, unknown>;
  pictures?: number;
  /** Instead of the minute that it has. */
  timeMs?: number;
  signal?: AbortSignal;
  onStart?: ChildOptions['onStart'];
  onReport?: ChildOptions['onReport'];
}

export async function createEstimateStand(): Promise<EstimateStand> {
  const root = await mkdtemp(join(tmpdir(), 'zoo-estimates-'));
  const config = loadConfig({ ZOO_DATA_DIR: join(root, 'data') });
  const folders = new WorkFolders(join(root, 'work'), 'worker-1');
  await folders.open();
  const featureFolder = join(root, 'features');
  await mkdir(featureFolder);
  const archivePath = join(root, 'colours.tar');
  await writeFile(archivePath, await colourArchive(20));
  const whole = join(root, 'whole');
  const { splits } = await importDataset({ archivePath, outputFolder: whole });

  let attempts = 0;
  return {
    trainCount: splits.train.imageCount,
    async ask(packageFolder, { strategy, parameters = {}, pictures = splits.train.imageCount, ...options }) {
      const { origin } = await readStrategyPackage(packageFolder);
      const folder = await folders.create({ jobId: 'job', fence: ++attempts });
      const { signal = new AbortController().signal, timeMs: shorter = Infinity, onStart } = options;
      for (const { path, bytes } of await tinyNetwork()) await writeNew(join(folder.base, path), bytes);
      await writeWithoutTestSplit(whole, folder.dataset, signal);
      const limits = { ...attemptLimits(config), graceMs: 500 };
      return runEstimate(
        {
          strategy,
          origin,
          parameters,
          baseFolder: folder.base,
          datasetFolder: folder.dataset,
          testSummary: splits.test,
          pictures,
          picturesPerSecond: 50,
          seed: 1,
        },
        {
          zoo: { config },
          folder,
          featureFolder,
          featureBytes: 1e8,
          threads: 1,
          memoryBytes: 1024 ** 3,
        },
        (work, { permissions, timeMs }) =>
          runChild({
            work,
            folder,
            threads: 1,
            permissions,
            limits: { ...limits, timeMs: Math.min(timeMs, shorter) },
            signal,
            onStart,
            onReport: options.onReport ?? (() => undefined),
            onCheckpoint: () => undefined,
            onStderr: () => undefined,
          }),
      );
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
