import { join } from 'node:path';
import { checkpointsInMemory } from '../../contract/checkpoints.js';
import type { Checkpoints, Strategy } from '../../contract.js';
import { runStrategy, type RunResult } from '../../run/run-strategy.js';
import { ConformanceError, describeError } from '../conformance-error.js';
import {
  conformanceMaterials,
  type BaseName,
  type PictureSetName,
} from '../materials/conformance-materials.js';
import { endsWithin } from './ends-within.js';
import { observeFit, type FitEvents, type ObservedFit } from './observed-fit.js';

/** A strategy with what its checks need to know. */
export interface Subject {
  strategy: Strategy;
  /** As a caller sends them; what lacks takes its default. */
  parameters: Record<string, unknown>;
  /** Milliseconds that one run may take. */
  runMs: number;
}

export interface TrialSetup {
  base?: BaseName;
  pictures?: PictureSetName;
  parameters?: Record<string, unknown>;
  checkpoints?: Checkpoints;
  events?: FitEvents;
  /** Stops the run; a run that takes too long is stopped in any case. */
  abort?: AbortController;
  /** What is said of a run that takes too long. */
  purpose: string;
}

/** A run that went to its end. */
export interface Trial {
  result: RunResult;
  fit: ObservedFit;
  baseFolder: string;
  pictureFolder: string;
  /** The version's files that the base does not have. */
  outputFolder: string;
}

/**
 * Runs a strategy on drawn pictures in this process, from its parameters to the evaluation, as a job does.
 *
 * @returns what is seen of the fit, while it runs and after it; `done` rejects with a ConformanceError when the run takes
 *   too long, and with whatever the run throws
 */
export function startTrial(subject: Subject, setup: TrialSetup): { fit: ObservedFit; done: Promise<Trial> } {
  const { watched, fit } = observeFit(subject.strategy, setup.events);
  return { fit, done: run(subject, setup, watched, fit) };
}

async function run(subject: Subject, setup: TrialSetup, watched: Strategy, fit: ObservedFit): Promise<Trial> {
  const materials = await conformanceMaterials();
  const baseFolder = await materials.base(setup.base ?? 'usual');
  const pictureFolder = await materials.pictures(setup.pictures ?? 'easy');
  const outputFolder = join(await materials.newFolder(), 'version');
  const abort = setup.abort ?? new AbortController();
  const running = runStrategy(
    {
      strategy: watched.name,
      parameters: setup.parameters ?? subject.parameters,
      baseFolder,
      datasetFolder: pictureFolder,
      cacheFolder: materials.cacheFolder,
      cacheBytes: 1e9,
      outputFolder,
      seed: 1,
      threads: 1,
      checkpoints: counted(setup.checkpoints ?? checkpointsInMemory(), fit),
      signal: abort.signal,
      on: { progress: ignore, metric: ignore, log: ignore },
    },
    () => Promise.resolve({ all: [watched], find: () => watched, refused: [] }),
  );
  const result = await endsWithin(running, subject.runMs, setup.purpose, abort);
  return { result, fit, baseFolder, pictureFolder, outputFolder };
}

/** A run that is to go to its end. @throws ConformanceError for whatever keeps it from that */
export async function requireTrial(subject: Subject, setup: TrialSetup & { fix: string }): Promise<Trial> {
  try {
    return await startTrial(subject, setup).done;
  } catch (error) {
    if (error instanceof ConformanceError) throw error;
    throw new ConformanceError(setup.purpose, `the run ended with ${describeError(error)}`, setup.fix, {
      cause: error,
    });
  }
}

/** Counted here and not in the context: a trainer keeps checkpoints of its own. */
function counted(checkpoints: Checkpoints, fit: ObservedFit): Checkpoints {
  return {
    async save(bytes, step) {
      fit.checkpointsSaved++;
      await checkpoints.save(bytes, step);
    },
    candidates: () => checkpoints.candidates(),
  };
}

const ignore = (): void => undefined;
