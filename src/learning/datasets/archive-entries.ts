import { ZooError } from '../../errors.js';
import type { ArchiveLimits } from './archive-limits.js';
import { archivePath, isHidden, quoteEntry } from './archive-path.js';

/** What a reader of one kind of archive finds. */
export interface ListedEntries {
  /** In the order of the archive. */
  entries: ArchiveEntry[];
  /** Paths of folders that have an entry of their own. */
  folders: string[];
  /** Content of every `metadata.jsonl` and `metadata.csv`, by path. */
  metadata: Map<string, Buffer>;
}

/** An ordinary file of an archive. Folders and hidden files are checked, but not listed. */
export interface ArchiveEntry {
  path: string;
  /** After unpacking. */
  sizeBytes: number;
  /** tar: where the content starts in the unpacked tar. zip: where the local file header starts. */
  offset: number;
  /** zip only: how the content is packed. */
  packed?: { method: 'stored' | 'deflated'; sizeBytes: number; crc32: number };
}

/** What a reader of an archive found in one header. */
export interface RawEntry {
  name: string;
  kind: 'file' | 'folder' | (string & {});
  sizeBytes: number;
  offset: number;
  packed?: ArchiveEntry['packed'];
}

/** Checks entries as they are found and keeps those that are files; zip and tar are held to the same rules by it. */
export class EntryCollector {
  readonly entries: ArchiveEntry[] = [];
  /** Paths of the folders that have an entry of their own: how an empty folder shows. */
  readonly folders: string[] = [];
  private readonly paths = new Set<string>();
  private entryCount = 0;
  private totalBytes = 0;

  constructor(private readonly limits: ArchiveLimits) {}

  /**
   * The entry, if it is a file that belongs to the data set; undefined for folders and hidden files.
   *
   * @throws ZooError ARCHIVE_ENTRY_UNSAFE, ARCHIVE_DUPLICATE_ENTRY, ARCHIVE_NESTED, ARCHIVE_TOO_LARGE
   */
  add(raw: RawEntry): ArchiveEntry | undefined {
    this.count(raw);
    const path = archivePath(raw.name, this.limits.maxPathBytes);
    if (raw.kind !== 'file' && raw.kind !== 'folder') {
      throw new ZooError(
        'ARCHIVE_ENTRY_UNSAFE',
        `The archive's entry ${quoteEntry(raw.name)} is a ${raw.kind}; only ordinary files and folders are accepted. Pack the files themselves (tar --dereference).`,
        { entry: raw.name.slice(0, 200), kind: raw.kind },
      );
    }
    if (path === undefined || isHidden(path)) return undefined;
    if (raw.kind === 'folder') {
      this.folders.push(path);
      return undefined;
    }
    if (this.paths.has(path)) {
      throw new ZooError(
        'ARCHIVE_DUPLICATE_ENTRY',
        `The archive holds ${quoteEntry(path)} more than once; every path may stand in it once.`,
        { entry: path },
      );
    }
    this.paths.add(path);
    if (/\.(zip|tar|tgz|tbz2?|txz|gz|bz2|xz|zst|7z|rar)$/i.test(path)) {
      throw new ZooError(
        'ARCHIVE_NESTED',
        `The archive holds another archive, ${quoteEntry(path)}. Unpack it and pack the pictures themselves.`,
        { entry: path },
      );
    }
    const entry: ArchiveEntry = { path, sizeBytes: raw.sizeBytes, offset: raw.offset };
    if (raw.packed !== undefined) entry.packed = raw.packed;
    this.entries.push(entry);
    return entry;
  }

  private count(raw: RawEntry): void {
    const { maxEntries, maxEntryBytes, maxTotalBytes } = this.limits;
    this.entryCount += 1;
    this.totalBytes += raw.sizeBytes;
    if (this.entryCount > maxEntries) throw tooManyEntries(maxEntries);
    if (!(raw.sizeBytes <= maxEntryBytes)) {
      throw new ZooError(
        'ARCHIVE_TOO_LARGE',
        `The archive's entry ${quoteEntry(raw.name)} has ${raw.sizeBytes} bytes unpacked; a file may have ${maxEntryBytes}.`,
        { entry: raw.name.slice(0, 200), sizeBytes: raw.sizeBytes, accepted: maxEntryBytes },
      );
    }
    if (this.totalBytes > maxTotalBytes) {
      throw new ZooError(
        'ARCHIVE_TOO_LARGE',
        `The archive unpacks to more than ${maxTotalBytes} bytes (reached at ${quoteEntry(raw.name)}). Split the data set, or make its pictures smaller.`,
        { entry: raw.name.slice(0, 200), accepted: maxTotalBytes },
      );
    }
  }
}

export function tooManyEntries(accepted: number): ZooError {
  return new ZooError(
    'ARCHIVE_TOO_LARGE',
    `The archive has more than ${accepted} entries, which is the limit.`,
    {
      accepted,
    },
  );
}

/** Tables that name labels; the only content a listing keeps. */
export function isMetadataTable(path: string): boolean {
  return /(^|\/)metadata\.(jsonl|csv)$/.test(path);
}

/**
 * Looks at a table before it is read, beside those read before.
 *
 * @throws ZooError ARCHIVE_TOO_LARGE
 */
export function requireMetadataSize(
  entry: ArchiveEntry,
  earlier: ListedEntries['metadata'],
  limits: ArchiveLimits,
): void {
  const earlierBytes = [...earlier.values()].reduce((sum, table) => sum + table.byteLength, 0);
  if (earlierBytes + entry.sizeBytes <= limits.maxMetadataBytes) return;
  throw new ZooError(
    'ARCHIVE_TOO_LARGE',
    `The table ${quoteEntry(entry.path)} has ${entry.sizeBytes} bytes; metadata tables may have ${limits.maxMetadataBytes} together.`,
    { entry: entry.path, sizeBytes: entry.sizeBytes, accepted: limits.maxMetadataBytes },
  );
}

/** A damaged or cut-off archive. `what` completes "The archive …". */
export function unreadableArchive(what: string, cause?: unknown): ZooError {
  return new ZooError(
    'ARCHIVE_UNREADABLE',
    `The archive ${what}. Pack it again, check that it unpacks on your machine, and upload it whole.`,
    {},
    { cause },
  );
}
