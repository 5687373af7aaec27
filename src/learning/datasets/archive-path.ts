import { ZooError } from '../../errors.js';

/**
 * The path of an archive entry in the one spelling used everywhere: relative, `/` between names, Unicode NFC, no
 * empty or `.` parts. Undefined for the archive's own root (`./`).
 *
 * @throws ZooError ARCHIVE_ENTRY_UNSAFE for a path that is absolute, climbs out, or could be read differently on
 * another system.
 */
export function archivePath(raw: string, maxPathBytes: number): string | undefined {
  const problem = problemOf(raw, maxPathBytes);
  if (problem !== undefined) {
    throw new ZooError(
      'ARCHIVE_ENTRY_UNSAFE',
      `The archive's entry ${quoteEntry(raw)} ${problem}. Pack with relative paths of ordinary names, for example train/dress/1.jpg.`,
      { entry: raw.slice(0, 200) },
    );
  }
  const parts = raw
    .normalize('NFC')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? undefined : parts.join('/');
}

/** A name from an archive as it may stand in a message: quoted, control characters escaped, not endless. */
export function quoteEntry(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}

/** Files of an operating system or a tool, which nobody means to be part of a data set. */
export function isHidden(path: string): boolean {
  return path
    .split('/')
    .some((part) => part.startsWith('.') || part === '__MACOSX' || /^(thumbs\.db|desktop\.ini)$/i.test(part));
}

function problemOf(raw: string, maxPathBytes: number): string | undefined {
  if (raw === '') return 'has no name';
  if (Buffer.byteLength(raw) > maxPathBytes) return `has a path of more than ${maxPathBytes} bytes`;
  if (/\p{Cc}/u.test(raw)) return 'holds a control character';
  if (raw.startsWith('/')) return 'is an absolute path';
  if (/^[A-Za-z]:/.test(raw)) return 'starts with a drive letter';
  if (raw.includes('\\')) return 'holds a backslash';
  if (raw.split('/').includes('..')) return 'climbs out of its folder';
  return undefined;
}
