import { ZooError } from '../../errors.js';
import type { ListedEntries } from './archive-entries.js';
import type { ArchiveLimits } from './archive-limits.js';
import { readExactly, type ByteSource } from './byte-source.js';
import { listTar } from './tar-archive.js';
import { listZip } from './zip-archive.js';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

export interface ArchiveListing extends ListedEntries {
  kind: ArchiveKind;
}

/**
 * Lists an archive and checks every entry: paths, kinds, sizes, ratios, duplicates. Decodes no picture and keeps none in
 * memory. A zip is read at its directory only; a tar is read through once.
 *
 * @throws ZooError ARCHIVE_UNREADABLE, ARCHIVE_ENTRY_UNSAFE, ARCHIVE_DUPLICATE_ENTRY, ARCHIVE_NESTED,
 * ARCHIVE_TOO_LARGE, ARCHIVE_BOMB
 */
export async function listArchive(
  source: ByteSource,
  limits: ArchiveLimits,
  signal?: AbortSignal,
): Promise<ArchiveListing> {
  const kind = await archiveKind(source);
  const listed =
    kind === 'zip' ? await listZip(source, limits, signal) : await listTar(source, kind, limits, signal);
  return { kind, ...listed };
}

/**
 * What kind of archive the bytes are, by their first bytes, never by a file name.
 *
 * @throws ZooError ARCHIVE_UNREADABLE for anything else, saying what it looks like.
 */
export async function archiveKind(source: ByteSource): Promise<ArchiveKind> {
  const head = await readExactly(source, 0, Math.min(512, source.sizeBytes));
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0x50, 0x4b, 0x05, 0x06)) return 'zip';
  if (starts(0x1f, 0x8b)) return 'tar.gz';
  if (head.subarray(257, 262).toString('latin1') === 'ustar') return 'tar';
  const looksLike = starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)
    ? 'an xz file'
    : starts(0x42, 0x5a, 0x68)
      ? 'a bzip2 file'
      : starts(0x28, 0xb5, 0x2f, 0xfd)
        ? 'a Zstandard file'
        : starts(0x37, 0x7a, 0xbc, 0xaf)
          ? 'a 7z archive'
          : starts(0x52, 0x61, 0x72, 0x21)
            ? 'a RAR archive'
            : source.sizeBytes === 0
              ? 'empty'
              : 'none of them';
  throw new ZooError(
    'ARCHIVE_UNREADABLE',
    `A data set arrives as a zip, tar or tar.gz; this upload is ${looksLike}. Pack it again as one of the three.`,
  );
}
