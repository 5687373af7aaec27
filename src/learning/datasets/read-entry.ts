import type { ArchiveEntry } from './archive-entries.js';
import { readExactly, type ByteSource } from './byte-source.js';
import { readZipEntry } from './zip-archive.js';

/**
 * Content of a file of a zip or a plain tar, at random access.
 *
 * @throws ZooError ARCHIVE_UNREADABLE where it is damaged.
 */
export function readEntry(source: ByteSource, entry: ArchiveEntry): Promise<Buffer> {
  return entry.packed === undefined
    ? readExactly(source, entry.offset, entry.sizeBytes)
    : readZipEntry(source, entry);
}
