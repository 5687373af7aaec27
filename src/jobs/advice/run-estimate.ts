import { mkdir } from 'node:fs/promises';
import type { SplitSummary } from '../../learning/dataset-manifest.js';
import type { Estimate } from '../../plugins/contract.js';
import { ZooError } from '../../errors.js';
import type { StrategyOrigin } from '../../plugins/packages/strategy-package.js';
import { requireEstimate } from '../../plugins/run/require-estimate.js';
import { fitPermissions } from '../child/fit-permissions.js';
import type { EstimateWork, Work } from '../child/protocol.js';
import type { ChildEnd } from '../child/run-child.js';
import type { PreparationOptions } from '../worker/prepare-work.js';
import { removeFolder } from '../worker/work-folders.js';

/** Time that one estimate has: it is a proxy on features that are there, and an advice waits for it. */
export const estimateTimeMs = 60_000;

/** One strategy, on one base and one data set that are laid out already. */
export interface EstimateRequest {
  /** Of an installed strategy that announces an estimate. */
  strategy: string;
  origin: StrategyOrigin;
  /** As a launch would send them. */
  parameters: Record<string, unknown>;
  /** Files of the base version. */
  baseFolder: string;
  /** The data set without its test split, of which the counts are told. */
  datasetFolder: string;
  testSummary: SplitSummary;
  /** Training pictures that the base was measured on last, and how many of them it took each second. */
  pictures: number;
  picturesPerSecond: number;
  /** Of the advice: the same pictures are drawn by it. */
  seed: number;
}

export type EstimateOptions = Pick<
  PreparationOptions,
  'zoo' | 'folder' | 'featureFolder' | 'featureBytes' | 'threads' | 'memoryBytes'
>;

/** Runs one process of the attempt, for at most so many milliseconds. */
export type RunForTime = (work: Work, permissions: readonly string[], timeMs: number) => Promise<ChildEnd>;

/**
 * Asks a strategy for its estimate, in a process of its own. Whatever is wrong with it costs its own line of the advice: a
 * strategy that throws, hangs, crashes or answers nonsense is not estimated, with the reason.
 *
 * @returns undefined where the attempt was stopped
 */
export async function runEstimate(
  request: EstimateRequest,
  options: EstimateOptions,
  run: RunForTime,
): Promise<Estimate | undefined> {
  const { work, permissions } = await prepareEstimate(request, options);
  const end = await run(work, permissions, estimateTimeMs);
  if (end.kind === 'stopped') return undefined;
  if (end.kind !== 'completed') return notEstimated(end.error);
  try {
    return requireEstimate(request.strategy, end.result);
  } catch (error) {
    if (error instanceof ZooError) return notEstimated(error);
    throw error;
  }
}

/**
 * What the process of an estimate has to do, and what it may: no more than that of a fit, and to read of this base only.
 * What an earlier one left in the folders that it writes to is removed.
 */
export async function prepareEstimate(
  { strategy, origin, parameters, baseFolder, datasetFolder, testSummary, ...asked }: EstimateRequest,
  { zoo, folder, featureFolder, featureBytes, threads, memoryBytes }: EstimateOptions,
): Promise<{ work: EstimateWork; permissions: readonly string[] }> {
  for (const written of [folder.output, folder.checkpoints, folder.home]) {
    await removeFolder(written);
    await mkdir(written, { recursive: true });
  }
  await mkdir(folder.temporary, { recursive: true });
  const { plugins, worker } = zoo.config;
  const readable = { ...folder, base: baseFolder, dataset: datasetFolder };
  const { addonFolder } = worker.engine;
  return {
    work: {
      kind: 'ESTIMATE',
      strategy,
      origin,
      parameters,
      testSummary,
      ...asked,
      baseFolder,
      datasetFolder,
      cacheFolder: featureFolder,
      cacheBytes: featureBytes,
      threads,
      memoryBytes,
    },
    permissions: plugins.permissions
      ? await fitPermissions({ origin, folder: readable, featureFolder, addonFolder })
      : [],
  };
}

function notEstimated({ code, message }: { code: string; message: string }): Estimate {
  const why =
    code === 'JOB_TIMED_OUT'
      ? `it took longer than the ${estimateTimeMs / 1000} s that it has`
      : message.replace(/\.$/, '');
  return {
    accuracy: null,
    seconds: null,
    peakMemoryBytes: null,
    storedBytes: null,
    reason: `Its own estimate failed with ${code}: ${why}.`,
  };
}
