import { ZooError } from '../../errors.js';
import type { Split } from '../dataset-manifest.js';
import type { ArchiveEntry } from './archive-entries.js';
import { isMetadataTable } from './archive-entries.js';
import { quoteEntry } from './archive-path.js';
import type { ArchiveListing } from './archive.js';
import { planFromFolders } from './folder-layout.js';
import { planFromTables } from './table-layout.js';
import { isDocument } from './picture-names.js';
import { splitOf, splits } from './split-names.js';

/** What an archive holds, by its names alone: which file is a picture of which class in which split. */
export interface DatasetPlan {
  layout: 'class-folders' | 'split-folders' | 'metadata-table';
  /** Sorted; a class's position is its label. */
  classes: string[];
  pictures: PlannedPicture[];
  /** Splits that the archive names; empty where it names none. */
  givenSplits: Split[];
  /** Classes whose folder is there, but empty. */
  emptyClasses: string[];
}

export interface PlannedPicture {
  entry: ArchiveEntry;
  /** Path within the data set: without the folders that wrap everything. */
  path: string;
  label: number;
  /** Null where the archive names no splits. */
  split: Split | null;
}

/** A picture before its class has a number. */
export interface NamedPicture {
  entry: ArchiveEntry;
  path: string;
  className: string;
  split: Split | null;
}

/**
 * Finds the layout of an archive and reads classes and splits off it.
 *
 * @throws ZooError DATASET_LAYOUT_UNKNOWN, DATASET_SPLITS_INVALID, DATASET_LABELS_MISMATCH
 */
export function planDataset(listing: ArchiveListing): DatasetPlan {
  const { files, wrapper } = unwrap(
    listing.entries.filter(({ path }) => isMetadataTable(path) || !isDocument(path)),
  );
  const tables = files.filter(({ path }) => isMetadataTable(path));
  const pictures = files.filter(({ path }) => !isMetadataTable(path));
  if (pictures.length === 0) {
    throw new ZooError(
      'DATASET_LAYOUT_UNKNOWN',
      'The archive holds no pictures. Expected class folders (dress/1.jpg), split and class folders (train/dress/1.jpg), or a metadata.jsonl or metadata.csv with file_name and label.',
    );
  }
  if (tables.length > 0) {
    const named = planFromTables(tables, pictures, listing.metadata);
    return number('metadata-table', named, []);
  }
  const { layout, named } = planFromFolders(pictures);
  return number(layout, named, emptyFolders(listing, wrapper, layout === 'class-folders' ? 1 : 2));
}

/** A file and its path without wrapping folders. */
export interface PlacedFile {
  entry: ArchiveEntry;
  path: string;
}

/** Looks through folders that hold everything else, as packing a folder (instead of what is in it) makes them. */
function unwrap(entries: ArchiveEntry[]): { files: PlacedFile[]; wrapper: string } {
  let files: PlacedFile[] = entries.map((entry) => ({ entry, path: entry.path }));
  let wrapper = '';
  for (;;) {
    const first = files[0]?.path.split('/')[0];
    const isWrapper =
      first !== undefined &&
      splitOf(first) === undefined &&
      files.every(({ path }) => path.startsWith(`${first}/`)) &&
      // A single folder with pictures right in it is a class, unless a table beside them gives the labels.
      (files.every(({ path }) => path.split('/').length > 2) ||
        files.some(({ path }) => isTableIn(path, first)));
    if (!isWrapper) return { files, wrapper };
    wrapper += `${first}/`;
    files = files.map(({ entry, path }) => ({ entry, path: path.slice(first.length + 1) }));
  }
}

function isTableIn(path: string, folder: string): boolean {
  return isMetadataTable(path) && path.split('/').length === 2 && path.startsWith(`${folder}/`);
}

/** Names of folders that stand where classes do and hold nothing at all. */
function emptyFolders(listing: ArchiveListing, wrapper: string, depth: 1 | 2): string[] {
  const filled = new Set<string>();
  for (const { path } of listing.entries) {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
      filled.add(path.slice(0, end));
  }
  const names = listing.folders.flatMap((path) => {
    const parts = path.startsWith(wrapper) ? path.slice(wrapper.length).split('/') : [];
    return parts.length === depth && !filled.has(path) ? [parts[depth - 1] ?? ''] : [];
  });
  return [...new Set(names)];
}

function number(layout: DatasetPlan['layout'], named: NamedPicture[], empty: string[]): DatasetPlan {
  const classes = [...new Set(named.map(({ className }) => className))].sort(byName);
  const tooLong = classes.find((name) => name.length > 200);
  if (tooLong !== undefined) {
    throw new ZooError(
      'DATASET_LABELS_MISMATCH',
      `The class name ${quoteEntry(tooLong)} has more than 200 characters.`,
    );
  }
  const labels = new Map(classes.map((name, index) => [name, index]));
  const given = new Set(named.map(({ split }) => split));
  return {
    layout,
    classes,
    pictures: named.map(({ entry, path, className, split }) => ({
      entry,
      path,
      label: labels.get(className) ?? -1,
      split,
    })),
    givenSplits: splits.filter((split) => given.has(split)),
    emptyClasses: empty.filter((name) => !labels.has(name)),
  };
}

/** Whole numbers by value, everything else by code unit: the same order on every machine. */
function byName(a: string, b: string): number {
  const wholeNumber = /^\d{1,15}$/;
  if (wholeNumber.test(a) && wholeNumber.test(b) && Number(a) !== Number(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}
