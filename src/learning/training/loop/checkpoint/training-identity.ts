import { hashBytes } from '../../../sha256.js';
import type { TrainingData } from '../../data/training-data.js';
import type { TrainingRun } from '../training-run.js';
import { describeFunction } from './describe-function.js';

/**
 * Everything that decides what a training becomes, by name, so that one that differs can be named: what the caller
 * states, the recipe, the seed, and the pictures' labels.
 */
export function describeIdentity(run: TrainingRun): Record<string, string> {
  const { recipe, seed, numClasses, train, validation, checkpoints } = run;
  return {
    ...checkpoints?.identity,
    ...flatten('recipe', recipe),
    seed: String(seed),
    numClasses: String(numClasses),
    train: describeData(train),
    validation: validation === undefined || validation.count === 0 ? 'none' : describeData(validation),
  };
}

/** `{ schedule: { kind: 'cosine' } }` as `{ 'recipe.schedule.kind': 'cosine' }`. */
function flatten(path: string, value: unknown): Record<string, string> {
  if (typeof value === 'function') return { [path]: describeFunction(value as () => unknown) };
  if (typeof value !== 'object' || value === null)
    return value === undefined ? {} : { [path]: String(value) };
  return Object.assign({}, ...Object.entries(value).map(([key, part]) => flatten(`${path}.${key}`, part)));
}

function describeData({ count, labels, inputShape, views }: TrainingData): string {
  const digest = hashBytes(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  return `${count} × ${inputShape.join(' × ')}, views ${views}, labels ${digest.slice(0, 16)}`;
}
