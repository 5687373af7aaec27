import { ZooError } from '../../errors.js';

/** An upload that wants to go on from where it is not. */
export function offsetMismatch(offset: number, kept: number): ZooError {
  return new ZooError(
    'UPLOAD_OFFSET_MISMATCH',
    `The upload cannot go on at byte ${offset}: ${kept} bytes are kept. Send from byte ${kept} on.`,
    { offset: kept },
  );
}
