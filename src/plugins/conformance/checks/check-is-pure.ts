import { createHook } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../../../errors.js';
import type { ModelManifest } from '../../../learning/model-manifest.js';
import { readDatasetFolder } from '../../../learning/datasets/dataset-folder.js';
import { loadTfjsLayers } from '../../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../../learning/tfjs-layers/model-files.js';
import type { DataSummary, Strategy } from '../../contract.js';
import { validateParameters } from '../../parameters/validate-parameters.js';
import { summarizeIndex } from '../../run/split-pictures.js';
import { ConformanceError, describeError } from '../conformance-error.js';
import { conformanceMaterials } from '../materials/conformance-materials.js';
import type { RunCheck } from './conformance-subject.js';

/**
 * `check` is called before anything is queued, for any model and data set: it answers at once, the same each time, with a
 * list of problems, and leaves what it is given alone.
 */
export const checkIsPure: RunCheck = async ({ strategy, parameters: raw }) => {
  const { value: parameters } = validateParameters(strategy, raw);
  // Another check speaks of parameters that are not accepted.
  if (parameters === undefined) return { skipped: 'the parameters are not accepted' };
  for (const { what, base, data } of await inputs()) {
    const given = { base, data, parameters: parameters as Record<string, unknown> };
    const before = structuredClone(given);
    const first = callCheck(strategy, given, what);
    const second = callCheck(strategy, given, what);
    if (!isDeepStrictEqual(given, before)) {
      throw new ConformanceError(
        'a check that leaves its arguments as they are',
        `the base, data or parameters it was given for ${what} were changed`,
        'copy what you change: `[...list].sort()` instead of `list.sort()`.',
      );
    }
    if (!isDeepStrictEqual(first, second)) {
      throw new ConformanceError(
        'the same answer to the same question',
        `for ${what} check said ${JSON.stringify(first)}, then ${JSON.stringify(second)}`,
        'let the answer depend on base, data and parameters only, not on time, chance or earlier calls.',
      );
    }
  }
  return undefined;
};

interface CheckInput {
  what: string;
  base: ModelManifest;
  data: DataSummary;
}

async function inputs(): Promise<CheckInput[]> {
  const materials = await conformanceMaterials();
  const { manifest } = await loadTfjsLayers(filesOfFolder(await materials.base('usual')));
  const dataset = await readDatasetFolder(await materials.pictures('easy'));
  await dataset.close();
  const data = summarizeIndex(dataset.index);
  const empty = { imageCount: 0, perClass: data.classes.map(() => 0) };
  return [
    { what: 'a usual model and data set', base: manifest, data },
    { what: 'a model that cannot be cut anywhere', base: { ...manifest, cutPoints: [] }, data },
    {
      what: 'a data set without validation pictures',
      base: manifest,
      data: { ...data, splits: { ...data.splits, validation: empty } },
    },
    {
      what: 'a data set without pictures',
      base: manifest,
      data: { ...data, splits: { train: empty, validation: empty, test: empty } },
    },
  ];
}

function callCheck(
  strategy: Strategy,
  { base, data, parameters }: Omit<CheckInput, 'what'> & { parameters: Record<string, unknown> },
  what: string,
): Problem[] {
  const expected = `a list of problems, each {path, message}, at once, for ${what}`;
  const started: string[] = [];
  const hook = createHook({
    init(_id, type) {
      if (!harmless.has(type)) started.push(type);
    },
  });
  let answer: unknown;
  hook.enable();
  try {
    answer = strategy.check(base, data, parameters);
  } catch (error) {
    throw new ConformanceError(
      expected,
      `check threw ${describeError(error)}`,
      'return what speaks against a run as problems; look before you index into cutPoints, classes or perClass.',
      { cause: error },
    );
  } finally {
    hook.disable();
  }
  if (!Array.isArray(answer) || !answer.every(isProblem)) {
    const isPromise = typeof answer === 'object' && answer !== null && 'then' in answer;
    throw new ConformanceError(
      expected,
      isPromise ? 'check returned a promise' : `check returned ${JSON.stringify(answer)}`,
      'return an array, empty when all is well; what needs reading or waiting belongs into `fit`.',
    );
  }
  if (started.length > 0) {
    throw new ConformanceError(
      expected,
      `check started something that goes on after it (${[...new Set(started)].join(', ')})`,
      'read no files, set no timers and open no connections in `check`.',
    );
  }
  return answer;
}

/** What plain computation may make as well. */
const harmless = new Set(['PROMISE', 'Microtask', 'TickObject']);

function isProblem(value: unknown): value is Problem {
  const { path, message } = (value ?? {}) as Partial<Problem>;
  return typeof path === 'string' && typeof message === 'string' && message !== '';
}
