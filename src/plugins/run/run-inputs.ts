import { availableMemory } from 'node:process';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import type { RunReporter } from './run-reporter.js';

/** What fitting and evaluating have in common: folders, and how much of the machine they may use. */
export interface RunInputs {
  /** Files of the base version. */
  baseFolder: string;
  /** Files of the data-set version. */
  datasetFolder: string;
  /** Where features are kept across runs, and how many bytes they may take there. */
  cacheFolder: string;
  cacheBytes: number;
  /** Receives the new version's files that the base does not have. */
  outputFolder: string;
  seed: number;
  threads: number;
  /** Resident memory that the process may plan with. Left out: what the machine has free. */
  memoryBytes?: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** The base model, at its own size of pictures and at any other. */
export interface BaseModel {
  base: LoadedModel;
  /** @param inputSize height and width in pixels; undefined: the base's own. */
  baseAt(inputSize: number | undefined): Promise<LoadedModel>;
}

/** Loads the base model of a run. @throws ZooError MODEL_* as `loadTfjsLayers` does */
export async function openBase(folder: string): Promise<BaseModel> {
  const files = filesOfFolder(folder);
  const base = await loadTfjsLayers(files);
  return {
    base,
    baseAt: (size) =>
      size === undefined
        ? Promise.resolve(base)
        : loadTfjsLayers(files, { input: { height: size, width: size } }),
  };
}

/** Resident memory that a run may plan with, bytes. */
export function plannedMemory({ memoryBytes }: Pick<RunInputs, 'memoryBytes'>): number {
  return memoryBytes ?? availableMemory() + process.memoryUsage.rss();
}
