import type { NearDuplicate, Split } from '../dataset-manifest.js';
import { assignSplits } from './assign-splits.js';
import type { FingerprintTable } from './fingerprint-table.js';
import type { ImportOptions } from './import-options.js';
import type { InspectedPicture, Inspection } from './inspect-pictures.js';
import { visitNearDuplicates } from './near-duplicates.js';
import { splits } from './split-names.js';
import { UnionFind } from './union-find.js';

/** A usable picture with its final split. */
export interface PlacedPicture extends InspectedPicture {
  split: Split;
  /** True when it nearly equals a picture of an earlier split. */
  nearDuplicate: boolean;
}

/**
 * Gives every picture its split, and finds what looks the same across splits. Splits that the archive names are kept; those
 * it does not name are carved out of its train pictures, class by class (a data set with train and test gets a validation
 * split that way), so that nothing need ever be chosen by the test pictures. Where the zoo splits, near-duplicates stay together.
 *
 * @returns pictures by split, then path; of every picture that nearly equals one of an earlier split, the closest pair.
 */
export function placePictures(
  { usable, fingerprints }: Inspection,
  givenSplits: readonly Split[],
  options: ImportOptions,
  signal: AbortSignal,
): { placed: PlacedPicture[]; nearDuplicates: NearDuplicate[] } {
  const finalSplits = carve({ usable, fingerprints }, givenSplits, options, signal);
  const placed = usable.map((picture, index): PlacedPicture => ({
    ...picture,
    split: finalSplits[index] ?? 'train',
    nearDuplicate: false,
  }));
  const nearDuplicates = flagNearDuplicates(placed, fingerprints, signal);
  placed.sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  return { placed, nearDuplicates };
}

/** Final splits: the given ones, and those that lack carved out of train (or out of everything, where none is given). */
function carve(
  { usable, fingerprints }: Pick<Inspection, 'usable' | 'fingerprints'>,
  givenSplits: readonly Split[],
  options: ImportOptions,
  signal: AbortSignal,
): Split[] {
  const fractions = {
    validation: givenSplits.includes('validation') ? 0 : options.validationFraction,
    test: givenSplits.includes('test') ? 0 : options.testFraction,
  };
  const result = usable.map(({ split }) => split ?? 'train');
  if (fractions.validation === 0 && fractions.test === 0) return result;
  const pool = [...usable.keys()].filter((index) => result[index] === 'train');
  const groups = new UnionFind(pool.length);
  visitNearDuplicates(fingerprints.pick(pool), (first, second) => groups.join(first, second), signal);
  const members = pool.map((index) => usable[index]).filter((picture) => picture !== undefined);
  const assigned = assignSplits(
    {
      labels: members.map(({ label }) => label),
      groups: members.map((_, position) => groups.group(position)),
      digests: members.map(({ sha256 }) => sha256),
    },
    fractions,
    options.seed,
  );
  for (const [position, index] of pool.entries()) result[index] = assigned[position] ?? 'train';
  return result;
}

/** Flags pictures that nearly equal one of an earlier split, and returns each one's closest pair, by path. */
function flagNearDuplicates(
  placed: PlacedPicture[],
  fingerprints: FingerprintTable,
  signal: AbortSignal,
): NearDuplicate[] {
  const closest = new Map<PlacedPicture, Closeness>();
  visitNearDuplicates(
    fingerprints,
    (a, b, distance) => {
      const [first, second] = [placed[a], placed[b]];
      if (first === undefined || second === undefined || first.split === second.split) return;
      const [earlier, later] = rank(first) < rank(second) ? [first, second] : [second, first];
      const known = closest.get(later);
      if (known === undefined || isCloser({ earlier, distance }, known))
        closest.set(later, { earlier, distance });
    },
    signal,
  );
  return placed.flatMap((later) => {
    const pair = closest.get(later);
    if (pair === undefined) return [];
    later.nearDuplicate = true;
    const { earlier, distance } = pair;
    return [
      {
        first: earlier.path,
        second: later.path,
        splits: [earlier.split, later.split] as [Split, Split],
        distance,
        labelsDiffer: earlier.label !== later.label,
      },
    ];
  });
}

interface Closeness {
  earlier: PlacedPicture;
  distance: number;
}

/** Ties go to the path that comes first, so that the report does not depend on the order of the search. */
function isCloser(a: Closeness, b: Closeness): boolean {
  return a.distance !== b.distance ? a.distance < b.distance : a.earlier.path < b.earlier.path;
}

function rank(picture: PlacedPicture): number {
  return splits.indexOf(picture.split);
}
