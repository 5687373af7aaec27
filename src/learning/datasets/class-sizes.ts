import { ZooError } from '../../errors.js';
import type { RejectedFile, Split } from '../dataset-manifest.js';
import { quoteEntry } from './archive-path.js';

/** A picture as far as counting goes. */
export interface CountedPicture {
  label: number;
  split: Split | null;
}

/**
 * Refuses data from which no classifier can be made or judged: every class needs two pictures, one of them for training,
 * and keeps at least one in each given split that held some (`before`).
 *
 * @param rejected files that `before` has and `pictures` has not, for the message.
 * @throws ZooError DATASET_CLASS_TOO_SMALL naming every such class and what it has.
 */
export function requireClassSizes(
  classes: string[],
  pictures: CountedPicture[],
  before: CountedPicture[] = pictures,
  emptyClasses: string[] = [],
  rejected: RejectedFile[] = [],
): void {
  const now = countByClass(classes, pictures);
  const then = countByClass(classes, before);
  const problems = new Map(emptyClasses.map((name) => [name, 'no picture']));
  for (const [label, name] of classes.entries()) {
    const has = now[label] ?? noPictures();
    const had = then[label] ?? noPictures();
    const lost = (['validation', 'test'] as const).filter((split) => had[split] > 0 && has[split] === 0);
    if (has.total < 2) problems.set(name, has.total === 0 ? 'no picture' : 'one picture');
    else if (has.unsplit === 0 && has.train === 0) problems.set(name, 'no picture in train');
    else if (lost.length > 0) problems.set(name, `no usable picture left in ${lost.join(' and ')}`);
  }
  if (problems.size === 0) return;
  const listed = [...problems].slice(0, 20).map(([name, what]) => `${quoteEntry(name)} (${what})`);
  throw new ZooError(
    'DATASET_CLASS_TOO_SMALL',
    `${problems.size} of ${classes.length + emptyClasses.length} classes are too small: ${listed.join(', ')}${problems.size > 20 ? ', …' : ''}.${describeRejected(rejected)} A class needs two pictures or more, one of them in train. Add pictures, or remove the class.`,
    { classes: Object.fromEntries([...problems].slice(0, 100)) },
  );
}

/** @throws ZooError DATASET_CLASSES_MISSING */
export function requireTwoClasses(classes: string[]): void {
  if (classes.length >= 2) return;
  throw new ZooError(
    'DATASET_CLASSES_MISSING',
    `The data set has ${classes[0] === undefined ? 'no class' : `one class, ${quoteEntry(classes[0])}`}; a classifier needs two or more. Pack the folder that holds the class folders.`,
    { classes },
  );
}

function describeRejected(rejected: RejectedFile[]): string {
  if (rejected.length === 0) return '';
  const some = rejected.slice(0, 3).map(({ path, code }) => `${quoteEntry(path)} (${code})`);
  return ` ${rejected.length} files could not be used: ${some.join(', ')}${rejected.length > 3 ? ', …' : ''}.`;
}

type Counts = Record<Split | 'total' | 'unsplit', number>;

function noPictures(): Counts {
  return { total: 0, unsplit: 0, train: 0, validation: 0, test: 0 };
}

function countByClass(classes: string[], pictures: CountedPicture[]): Counts[] {
  const counts = classes.map(noPictures);
  for (const { label, split } of pictures) {
    const count = counts[label];
    if (count === undefined) continue;
    count.total += 1;
    count[split ?? 'unsplit'] += 1;
  }
  return counts;
}
