import type { Split } from '../dataset-manifest.js';

/** In the order in which a picture that appears twice counts as first seen. */
export const splits: readonly Split[] = ['train', 'validation', 'test'];

/** The names people give to splits, as the hubs' ImageFolder understands them. */
const aliases: Record<string, Split> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
};

/** The split a folder or a field names, or undefined. */
export function splitOf(name: string): Split | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(aliases, key) ? aliases[key] : undefined;
}
