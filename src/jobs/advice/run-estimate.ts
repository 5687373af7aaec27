import { mkdir } from 'node:fs/promises';
import type { SplitSummary } from '../../learning/dataset-manifest.js';
import { ZooError } from '../../errors.js';
import type { Estimate } from '../../plugins/contract.js';
import type { StrategyOrigin } from '../../plugins/packages/strategy-package.js';
import { requireEstimate } from '../../plugins/run/require-estimate.js';
import { fitPermissions } from '../child/fit-permissions.js';
import type { EstimateWork, Work } from '../child/protocol.js';
import type { ChildEnd } from '../child/run-child.js';
import type { PreparationOptions } from '../worker/prepare-work.js';
import { removeFolder } from '../worker/work-folders.js';

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
  'folder' | 'featureFolder' | 'featureBytes' | 'threads' | 'memoryBytes'
> & { zoo: Pick<PreparationOptions['zoo'], 'config'> };

/** What came of asking. */
export interface AskedEstimate {
  /** Null where it failed. */
  estimate: Estimate | null;
  /** Why there is none, in words that follow a colon. */
  problem: string | null;
}

/** Seconds that one estimate has: it is a proxy on features that are there, and an advice waits for it. */
const secondsToAnswer = 60;

/**
 * Asks a strategy for its estimate, in a process of its own. Whatever is wrong with it costs its own line of the advice: a
 * strategy that throws, hangs, crashes or answers nonsense is not estimated, and the reason is said.
 *
 * @param run runs one process of the attempt, for at most so many milliseconds.
 */
export async function runEstimate(
  request: EstimateRequest,
  options: EstimateOptions,
  run: (work: Work, limits: { permissions: readonly string[]; timeMs: number }) => Promise<ChildEnd>,
): Promise<AskedEstimate> {
  const { work, permissions } = await prepareEstimate(request, options);
  const end = await run(work, { permissions, timeMs: secondsToAnswer * 1000 });
  if (end.kind === 'stopped') return { estimate: null, problem: 'the advice was stopped.' };
  if (end.kind !== 'completed') return { estimate: null, problem: inWords(end.error) };
  try {
    return { estimate: requireEstimate(request.strategy, end.result), problem: null };
  } catch (error) {
    if (error instanceof ZooError) return { estimate: null, problem: inWords(error) };
    throw error;
  }
}

/**
 * What the process of an estimate has to do, and what it may: no more than that of a fit, and to read of this base only.
 * What an earlier one left in the folders that it writes to is removed.
 */
async function prepareEstimate(
  request: EstimateRequest,
  { zoo, folder, featureFolder, featureBytes, threads, memoryBytes }: EstimateOptions,
): Promise<{ work: EstimateWork; permissions: readonly string[] }> {
  for (const written of [folder.output, folder.checkpoints, folder.home]) {
    await removeFolder(written);
    await mkdir(written, { recursive: true });
  }
  await mkdir(folder.temporary, { recursive: true });
  const { origin, baseFolder, datasetFolder } = request;
  const { plugins, worker } = zoo.config;
  const readable = { ...folder, base: baseFolder, dataset: datasetFolder };
  const { addonFolder } = worker.engine;
  return {
    work: {
      kind: 'ESTIMATE',
      ...request,
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

function inWords({ code, message }: { code: string; message: string }): string {
  if (code === 'JOB_TIMED_OUT') return `it gave no answer within ${secondsToAnswer} seconds (${code}).`;
  return `it failed at being asked (${code}): ${message.endsWith('.') ? message : `${message}.`}`;
}
