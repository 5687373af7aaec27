import { ZooError } from '../../errors.js';
import type { RejectedFile, Split } from '../dataset-manifest.js';
import type { ArchiveEntry } from './archive-entries.js';
import type { ByteSource } from './byte-source.js';
import type { PlannedPicture } from './dataset-layout.js';
import { refuseExactDuplicates } from './exact-duplicates.js';
import { FingerprintTable } from './fingerprint-table.js';
import { inParallel } from './in-parallel.js';
import { inspectPicture, tooManyBytes, type PictureLimits, type Refusal } from './inspect-picture.js';
import { readEntry } from './read-entry.js';

/** A picture that can be used. */
export interface InspectedPicture {
  entry: ArchiveEntry;
  path: string;
  label: number;
  /** Null where the archive names no splits. */
  split: Split | null;
  sha256: string;
  width: number;
  height: number;
}

export interface Inspection {
  /** In the order of the pictures given. */
  usable: InspectedPicture[];
  /** Row i for `usable[i]`. */
  fingerprints: FingerprintTable;
  rejected: RejectedFile[];
}

/**
 * Decodes every picture and sorts out what cannot be used: the unreadable, the too large and too small, other formats, and
 * exact duplicates. Results do not depend on how many are decoded at once.
 */
export async function inspectPictures(
  source: ByteSource,
  pictures: readonly PlannedPicture[],
  options: {
    classes: readonly string[];
    limits: PictureLimits;
    threads: number;
    signal: AbortSignal;
    progress: (done: number, total: number) => void;
  },
): Promise<Inspection> {
  const { limits, threads, signal, progress } = options;
  const inspected: (InspectedPicture | undefined)[] = pictures.map(() => undefined);
  const refusals = new Map<number, Refusal>();
  const table = new FingerprintTable(pictures.length);
  let done = 0;
  const inspect = async (picture: PlannedPicture, index: number) => {
    const result = await inspectEntry(source, picture.entry, limits);
    if ('code' in result) refusals.set(index, result);
    else {
      const { fingerprint, sha256, width, height } = result;
      table.set(index, fingerprint);
      inspected[index] = { ...picture, sha256, width, height };
    }
    done += 1;
    progress(done, pictures.length);
  };
  await inParallel(pictures, threads, inspect, signal);
  refuseExactDuplicates(inspected, options.classes, refusals);
  const rows = [...pictures.keys()].filter((index) => !refusals.has(index));
  return {
    usable: rows.map((row) => inspected[row]).filter((picture) => picture !== undefined),
    fingerprints: table.pick(rows),
    rejected: pictures.flatMap(({ path }, index) => {
      const refusal = refusals.get(index);
      return refusal === undefined ? [] : [{ path, ...refusal }];
    }),
  };
}

async function inspectEntry(
  source: ByteSource,
  entry: ArchiveEntry,
  limits: PictureLimits,
): ReturnType<typeof inspectPicture> {
  if (entry.sizeBytes > limits.maxBytes) return tooManyBytes(entry.sizeBytes, limits);
  try {
    return await inspectPicture(await readEntry(source, entry), limits);
  } catch (error) {
    if (!(error instanceof ZooError && error.code === 'ARCHIVE_UNREADABLE')) throw error;
    return { code: 'IMAGE_UNREADABLE', reason: 'The file is damaged within the archive; pack it again.' };
  }
}
