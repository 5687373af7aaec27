import { ZooError } from '../../errors.js';
import type { Split } from '../dataset-manifest.js';
import { defaultArchiveLimits, type ArchiveLimits } from './archive-limits.js';
import { listArchive, type ArchiveKind, type ArchiveListing } from './archive.js';
import type { ByteSource } from './byte-source.js';
import { requireClassSizes, requireTwoClasses } from './class-sizes.js';
import { planDataset, type DatasetPlan } from './dataset-layout.js';
import type { ImportOptions } from './import-options.js';

/** What an archive holds, before any picture was decoded. */
export interface ArchiveScan {
  kind: ArchiveKind;
  layout: DatasetPlan['layout'];
  classes: string[];
  /** Files that look like pictures; some may turn out unreadable. */
  imageCount: number;
  /** In the order of `classes`. */
  perClass: number[];
  /** Splits that the archive names; empty where it names none. */
  givenSplits: Split[];
  /** Bytes of the pictures after unpacking. */
  sizeBytes: number;
}

/**
 * Checks an archive's structure, quickly and without decoding pictures: what is refused here is refused before anything
 * is queued. A zip is read at its directory only; a tar is read through once and not kept.
 *
 * @throws ZooError ARCHIVE_UNREADABLE, ARCHIVE_ENTRY_UNSAFE, ARCHIVE_DUPLICATE_ENTRY, ARCHIVE_NESTED,
 * ARCHIVE_TOO_LARGE, ARCHIVE_BOMB for the archive
 * @throws ZooError DATASET_LAYOUT_UNKNOWN, DATASET_SPLITS_INVALID, DATASET_LABELS_MISMATCH, DATASET_CLASSES_MISSING,
 * DATASET_CLASS_TOO_SMALL for what is in it
 */
export async function scanArchive(
  source: ByteSource,
  options: { splits?: ImportOptions['splits']; limits?: Partial<ArchiveLimits>; signal?: AbortSignal } = {},
): Promise<ArchiveScan> {
  const limits = { ...defaultArchiveLimits, ...options.limits };
  const listing = await listArchive(source, limits, options.signal);
  const plan = checkedPlan(listing, options.splits ?? 'auto');
  const perClass = plan.classes.map(() => 0);
  for (const { label } of plan.pictures) perClass[label] = (perClass[label] ?? 0) + 1;
  return {
    kind: listing.kind,
    layout: plan.layout,
    classes: plan.classes,
    imageCount: plan.pictures.length,
    perClass,
    givenSplits: plan.givenSplits,
    sizeBytes: plan.pictures.reduce((sum, { entry }) => sum + entry.sizeBytes, 0),
  };
}

/**
 * The plan of a listed archive, checked as far as names go; splits are dropped where they are to be made anew.
 *
 * @throws ZooError DATASET_* see `scanArchive`
 */
export function checkedPlan(listing: ArchiveListing, splits: ImportOptions['splits']): DatasetPlan {
  const plan = planDataset(listing);
  requireTwoClasses([...plan.classes, ...plan.emptyClasses]);
  if (splits === 'given' && plan.givenSplits.length === 0) {
    throw new ZooError(
      'DATASET_SPLITS_INVALID',
      'The splits were to be the given ones, but the archive names none. Use folders such as train/dress/1.jpg, or a split column, or let the zoo split (stratified).',
    );
  }
  if (splits === 'stratified' && plan.givenSplits.length > 0) {
    plan.givenSplits = [];
    for (const picture of plan.pictures) picture.split = null;
  }
  if (plan.givenSplits.length > 0 && !plan.givenSplits.includes('train')) {
    throw new ZooError(
      'DATASET_SPLITS_INVALID',
      `The archive has the splits ${plan.givenSplits.join(' and ')}, but no train. Add a train split, or let the zoo split anew (stratified).`,
      { splits: plan.givenSplits },
    );
  }
  requireClassSizes(plan.classes, plan.pictures, plan.pictures, plan.emptyClasses);
  return plan;
}
