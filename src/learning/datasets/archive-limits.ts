/** What an archive may hold. Generous for pictures, far below what hurts a server. */
export interface ArchiveLimits {
  maxEntries: number;
  /** Bytes of one file after unpacking. */
  maxEntryBytes: number;
  /** Bytes of all files together after unpacking. */
  maxTotalBytes: number;
  /** Unpacked ÷ packed bytes. Photographs reach 1.1, flat drawings as PNG perhaps 5. */
  maxCompressionRatio: number;
  /** The ratio is not looked at below this many unpacked bytes: small files of text may well compress a lot. */
  ratioFreeBytes: number;
  /** Bytes of all metadata tables together, which are read into memory. */
  maxMetadataBytes: number;
  /** Bytes of one path in UTF-8. */
  maxPathBytes: number;
}

export const defaultArchiveLimits: Readonly<ArchiveLimits> = Object.freeze({
  maxEntries: 500_000,
  maxEntryBytes: 256 * 1024 ** 2,
  maxTotalBytes: 100 * 1024 ** 3,
  maxCompressionRatio: 100,
  ratioFreeBytes: 16 * 1024 ** 2,
  maxMetadataBytes: 64 * 1024 ** 2,
  maxPathBytes: 1024,
});
