import { ZooError } from '../../errors.js';
import type { Split } from '../dataset-manifest.js';
import { quoteEntry } from './archive-path.js';
import type { NamedPicture, PlacedFile } from './dataset-layout.js';
import { parseMetadataTable } from './metadata-table.js';
import { hasPictureExtension } from './picture-names.js';
import { splitOf } from './split-names.js';

/**
 * Classes, and perhaps splits, by table: one `metadata.jsonl` or `metadata.csv` at the root, or one in every split
 * folder. A row's split is its `split` field, else the split folder that its picture lies in.
 *
 * @throws ZooError DATASET_LABELS_MISMATCH naming rows without picture, pictures without row, pictures with two rows
 * @throws ZooError DATASET_SPLITS_INVALID, DATASET_LAYOUT_UNKNOWN
 */
export function planFromTables(
  tables: PlacedFile[],
  pictures: PlacedFile[],
  contents: Map<string, Buffer>,
): NamedPicture[] {
  refuseMisplaced(tables);
  const byPath = new Map(pictures.map((picture) => [picture.path, picture]));
  const named = new Map<string, NamedPicture>();
  const missing: string[] = [];
  const repeated: string[] = [];
  const unknownSplits = new Set<string>();
  for (const table of tables) {
    const folder = folderOf(table.path);
    for (const row of parseMetadataTable(
      table.entry.path,
      contents.get(table.entry.path) ?? Buffer.alloc(0),
    )) {
      const path = folder + row.fileName.replace(/^(\.\/)+/, '');
      const picture = byPath.get(path);
      if (picture === undefined) missing.push(path);
      else if (named.has(path)) repeated.push(path);
      else
        named.set(path, {
          ...picture,
          className: row.label,
          split: splitOfRow(row.split, path, unknownSplits),
        });
    }
  }
  const unlabelled = pictures
    .map(({ path }) => path)
    .filter((path) => !named.has(path) && hasPictureExtension(path));
  refuseMismatch(missing, repeated, unlabelled);
  const rows = [...named.values()];
  const splitless = rows.filter(({ split }) => split === null);
  if (unknownSplits.size > 0 || (splitless.length > 0 && splitless.length < rows.length)) {
    const what =
      unknownSplits.size > 0
        ? `names the splits ${[...unknownSplits].slice(0, 5).map(quoteEntry).join(', ')}`
        : `gives some pictures a split and ${splitless.length} none, for example ${quoteEntry(splitless[0]?.path ?? '')}`;
    throw new ZooError(
      'DATASET_SPLITS_INVALID',
      `The metadata table ${what}; accepted are train, validation and test, for every picture or for none.`,
      { unknown: [...unknownSplits], accepted: ['train', 'validation', 'test'] },
    );
  }
  return rows;
}

function splitOfRow(field: string | undefined, path: string, unknown: Set<string>): Split | null {
  if (field !== undefined) {
    const split = splitOf(field);
    if (split === undefined) unknown.add(field);
    return split ?? null;
  }
  const [top = '', ...rest] = path.split('/');
  return rest.length > 0 ? (splitOf(top) ?? null) : null;
}

function refuseMisplaced(tables: PlacedFile[]): void {
  const folders = tables.map(({ path }) => folderOf(path));
  const misplaced = tables.filter(({ path }) => {
    const folder = folderOf(path);
    return folder !== '' && splitOf(folder.slice(0, -1)) === undefined;
  });
  const twice = folders.some((folder, index) => folders.indexOf(folder) !== index);
  const mixed = folders.includes('') && folders.length > 1;
  if (misplaced.length === 0 && !twice && !mixed) return;
  throw new ZooError(
    'DATASET_LAYOUT_UNKNOWN',
    `The archive has metadata tables at ${tables
      .slice(0, 5)
      .map(({ entry }) => quoteEntry(entry.path))
      .join(
        ', ',
      )}. Expected one metadata.jsonl or metadata.csv at the top, or one in each of the folders train, validation and test.`,
    { tables: tables.slice(0, 100).map(({ entry }) => entry.path) },
  );
}

function refuseMismatch(missing: string[], repeated: string[], unlabelled: string[]): void {
  const problems = [
    describe(missing, 'rows name files that are not in the archive'),
    describe(unlabelled, 'pictures have no row'),
    describe(repeated, 'pictures have more than one row'),
  ].filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  throw new ZooError(
    'DATASET_LABELS_MISMATCH',
    `The metadata table and the pictures do not match: ${problems.join('; ')}. Paths are relative to the table's folder.`,
    {
      filesMissing: missing.slice(0, 100),
      filesWithoutRow: unlabelled.slice(0, 100),
      filesRepeated: repeated.slice(0, 100),
    },
  );
}

function describe(paths: string[], what: string): string | undefined {
  if (paths.length === 0) return undefined;
  return `${paths.length} ${what} (${paths.slice(0, 3).map(quoteEntry).join(', ')}${paths.length > 3 ? ', …' : ''})`;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
