import { isDeepStrictEqual } from 'node:util';
import { ConformanceError } from '../conformance-error.js';
import type { Trial } from '../trial/run-trial.js';
import type { RunCheck } from './conformance-subject.js';

/** Two runs with one seed give the same files, byte for byte, and the same evaluation. */
export const sameSeedSameResult: RunCheck = async ({ firstRun, secondRun }) => {
  const difference = firstDifference(await firstRun(), await secondRun());
  if (difference === undefined) return;
  throw new ConformanceError(
    'the same files and evaluation from two runs with one seed',
    difference,
    'draw everything random from a generator seeded with `context.seed` (no Math.random, no time), keep no state from one fit to the next, and give models and layers of tfjs names: it numbers those that have none.',
  );
};

/** Where two results part, or undefined where they are equal. Latency is a measurement and never is. */
export function firstDifference(first: Trial, second: Trial): string | undefined {
  const digests = new Map(first.result.files.map(({ path, sha256 }) => [path, sha256]));
  const differing = second.result.files.filter(({ path, sha256 }) => digests.get(path) !== sha256);
  if (differing.length > 0) {
    return `these files differ: ${differing
      .slice(0, 5)
      .map(({ path }) => path)
      .join(', ')}`;
  }
  if (first.result.files.length !== second.result.files.length) {
    return `one run gave ${first.result.files.length} files, the other ${second.result.files.length}`;
  }
  if (!isDeepStrictEqual(first.result.chosen, second.result.chosen)) {
    return `chosen is ${JSON.stringify(first.result.chosen)}, then ${JSON.stringify(second.result.chosen)}`;
  }
  const [one, two] = [first, second].map(({ result }) => ({ ...result.evaluation, latency: null }));
  return isDeepStrictEqual(one, two) ? undefined : 'the files are equal, the evaluations are not';
}
