/** Header, content and padding of one file of a tar, as blocks of 512 bytes. */
export interface TarFile {
  header: Buffer;
  /** Zeros after the content. */
  padding: Buffer;
}

/** What ends a tar. */
export const tarEnd = Buffer.alloc(1024);

/**
 * A file's header in the POSIX format every `tar` reads. Nothing in it depends on the machine or the time, so equal files
 * make equal tars; names that do not fit (over 100 bytes, or not ASCII) go into an extended header.
 *
 * @see IEEE Std 1003.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"
 */
export function tarFile(path: string, sizeBytes: number): TarFile {
  const fits = Buffer.byteLength(path) <= 100 && /^[\x20-\x7e]*$/.test(path);
  const blocks = fits
    ? [headerBlock(path, sizeBytes, '0')]
    : [...extendedHeader(path), headerBlock(shortName(path), sizeBytes, '0')];
  return { header: Buffer.concat(blocks), padding: Buffer.alloc(paddingOf(sizeBytes)) };
}

function extendedHeader(path: string): Buffer[] {
  const record = paxRecord('path', path);
  return [
    headerBlock('PaxHeader', record.byteLength, 'x'),
    record,
    Buffer.alloc(paddingOf(record.byteLength)),
  ];
}

/** `LENGTH key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  const restBytes = Buffer.byteLength(rest);
  let length = restBytes + String(restBytes).length;
  if (restBytes + String(length).length !== length) length += 1;
  return Buffer.from(`${length}${rest}`);
}

function headerBlock(name: string, sizeBytes: number, type: '0' | 'x'): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 100, 'ascii');
  block.write('0000644\0', 100, 'ascii');
  block.write('0000000\0', 108, 'ascii');
  block.write('0000000\0', 116, 'ascii');
  block.write(`${octal(sizeBytes, 11)}\0`, 124, 'ascii');
  block.write(`${octal(0, 11)}\0`, 136, 'ascii');
  block.write('        ', 148, 'ascii');
  block.write(type, 156, 'ascii');
  block.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${octal(sum, 6)}\0 `, 148, 'ascii');
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function shortName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/[^\x20-\x7e]/g, '_')
    .slice(-100);
}

function paddingOf(sizeBytes: number): number {
  return (512 - (sizeBytes % 512)) % 512;
}
