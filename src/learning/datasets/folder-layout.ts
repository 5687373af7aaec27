import { ZooError } from '../../errors.js';
import { quoteEntry } from './archive-path.js';
import type { NamedPicture, PlacedFile } from './dataset-layout.js';
import { splitOf } from './split-names.js';

/**
 * Classes, and perhaps splits, by folder: `dress/1.jpg` or `train/dress/1.jpg`.
 *
 * @throws ZooError DATASET_LAYOUT_UNKNOWN, DATASET_SPLITS_INVALID
 */
export function planFromFolders(pictures: PlacedFile[]): {
  layout: 'class-folders' | 'split-folders';
  named: NamedPicture[];
} {
  const placed = pictures.map((file) => ({ file, parts: file.path.split('/') }));
  const tops = [...new Set(placed.map(({ parts }) => parts[0] ?? ''))];
  const unknown = tops.filter((top) => splitOf(top) === undefined);
  refuse(
    placed,
    ({ parts }) => parts.length === 1,
    'in no class folder and no metadata table names their labels',
  );
  if (unknown.length === 0) {
    refuse(placed, ({ parts }) => parts.length === 2, 'in a split folder, but in no class folder within it');
    return {
      layout: 'split-folders',
      named: placed.map(({ file, parts: [split = '', className = ''] }) => ({
        ...file,
        className,
        split: splitOf(split) ?? null,
      })),
    };
  }
  if (placed.every(({ parts }) => parts.length === 2)) {
    return {
      layout: 'class-folders',
      named: placed.map(({ file, parts: [className = ''] }) => ({ ...file, className, split: null })),
    };
  }
  const areSplits = (top: string) => placed.every(({ parts }) => parts[0] !== top || parts.length > 2);
  if (unknown.length < tops.length && unknown.every(areSplits)) {
    throw new ZooError(
      'DATASET_SPLITS_INVALID',
      `The archive has split folders named ${unknown.map(quoteEntry).join(', ')}; accepted are train, validation (also val, valid, dev) and test. Rename them, or leave them out.`,
      { unknown, accepted: ['train', 'validation', 'test'] },
    );
  }
  refuse(
    placed,
    ({ parts }) => parts.length > 2,
    'deeper than in a class folder, and the folders above are no splits',
  );
  throw new Error('unreachable: some picture lies deeper than two levels');
}

function refuse(
  placed: { file: PlacedFile; parts: string[] }[],
  test: (picture: { parts: string[] }) => boolean,
  where: string,
): void {
  const found = placed.filter(test).map(({ file }) => file.entry.path);
  if (found.length === 0) return;
  throw new ZooError(
    'DATASET_LAYOUT_UNKNOWN',
    `${found.length} pictures lie ${where}, for example ${found.slice(0, 3).map(quoteEntry).join(', ')}. Expected class folders (dress/1.jpg), split and class folders (train/dress/1.jpg), or a metadata.jsonl or metadata.csv with file_name and label.`,
    { paths: found.slice(0, 100), count: found.length },
  );
}
