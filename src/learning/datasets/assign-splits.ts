import type { Split } from '../dataset-manifest.js';
import { hashBytes } from '../sha256.js';

/** Pictures to be split; the columns belong together by position. */
export interface SplitPool {
  labels: readonly number[];
  /** Pictures of the same group go to the same split: near-duplicates of each other. */
  groups: readonly number[];
  /** Digest of each picture. */
  digests: readonly string[];
}

export interface SplitFractions {
  validation: number;
  test: number;
}

/**
 * Splits pictures class by class. Of a class of n pictures round(n · fraction) go to the test and to validation: at least one
 * to the test from three pictures on, at least one to validation from five on, and two always stay in train.
 *
 * Which ones is decided by a digest of seed and picture, so it depends neither on file names nor on the order of the
 * archive, and pictures added later leave most others where they were. Groups are never torn apart; one that is larger
 * than what a split still needs goes to train.
 */
export function assignSplits(pool: SplitPool, fractions: SplitFractions, seed: number): Split[] {
  const groups = orderedGroups(pool, seed);
  const left = quotas(pool.labels, fractions);
  const assigned = groups.map((group): Split => {
    const split = (['test', 'validation'] as const).find((name) =>
      [...group.perClass].every(([label, count]) => (left[name][label] ?? 0) >= count),
    );
    if (split === undefined) return 'train';
    for (const [label, count] of group.perClass) left[split][label] = (left[split][label] ?? 0) - count;
    return split;
  });
  const result: Split[] = pool.labels.map(() => 'train');
  for (const [index, group] of groups.entries()) {
    for (const member of group.members) result[member] = assigned[index] ?? 'train';
  }
  return result;
}

interface Group {
  members: number[];
  perClass: Map<number, number>;
  key: string;
}

function orderedGroups({ labels, groups, digests }: SplitPool, seed: number): Group[] {
  const byId = new Map<number, Group>();
  for (const [index, id] of groups.entries()) {
    const group = byId.get(id) ?? { members: [], perClass: new Map<number, number>(), key: '' };
    byId.set(id, group);
    const label = labels[index] ?? 0;
    const key = hashBytes(`${seed}:${digests[index]}`);
    group.members.push(index);
    group.perClass.set(label, (group.perClass.get(label) ?? 0) + 1);
    if (group.key === '' || key < group.key) group.key = key;
  }
  return [...byId.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** How many pictures of each class the two smaller splits are to have. */
function quotas(
  labels: readonly number[],
  fractions: SplitFractions,
): Record<'validation' | 'test', number[]> {
  const sizes: number[] = [];
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
  const quota = (size: number, fraction: number, from: number, free: number) =>
    fraction === 0 || size < from ? 0 : Math.min(free, Math.max(1, Math.round(size * fraction)));
  const test = Array.from(sizes, (size = 0) => quota(size, fractions.test, 3, size - 2));
  const validation = Array.from(sizes, (size = 0, label) =>
    quota(size, fractions.validation, 5, size - 2 - (test[label] ?? 0)),
  );
  return { test, validation };
}
