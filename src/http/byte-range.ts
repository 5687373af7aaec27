import { ZooError } from '../errors.js';
import type { ByteRange } from '../zoo/object-store/object-store.js';

/**
 * The part of a file that a `Range` header asks for; undefined means the whole. Several ranges at once, other units and what
 * cannot be read are answered with the whole, as the standard allows.
 *
 * @throws ZooError RANGE_NOT_SATISFIABLE when the range begins behind the end.
 * @see RFC 9110, section 14.
 */
export function parseByteRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replace(/\s/g, '') ?? '');
  if (match === null) return undefined;
  const [, first, last] = match;
  if (first === '') {
    if (last === '') return undefined;
    const suffix = Math.min(Number(last), sizeBytes);
    if (suffix === 0) throw outside(header, sizeBytes);
    return { start: sizeBytes - suffix, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= sizeBytes) throw outside(header, sizeBytes);
  return { start, end };
}

function outside(header: string | undefined, sizeBytes: number): ZooError {
  return new ZooError(
    'RANGE_NOT_SATISFIABLE',
    `The range "${header}" lies outside the file, which has ${sizeBytes} bytes. Ask for bytes=0-${Math.max(sizeBytes - 1, 0)} at most.`,
    { sizeBytes },
  );
}
