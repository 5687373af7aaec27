import { ZooError } from '../../errors.js';

/** A network that cannot be measured on these pictures. It does not stop the others. */
export class UnusableNetwork extends Error {
  override readonly name = 'UnusableNetwork';

  /** @param message why, in words for people */
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}

/** Codes that speak of the pictures: no other network would fare better. */
const ofPictures = new Set(['IMAGE_UNREADABLE', 'DATASET_DAMAGED']);

/**
 * What a failure says of a network: its own words where they were written for people, without them what it was doing.
 *
 * @param doing a whole sentence
 * @throws the failure itself where it is of the pictures, or the run was aborted
 */
export function asUnusable(error: unknown, doing: string, signal: AbortSignal): UnusableNetwork {
  signal.throwIfAborted();
  if (error instanceof UnusableNetwork) return error;
  if (error instanceof ZooError) {
    if (ofPictures.has(error.code)) throw error;
    return new UnusableNetwork(error.message, { cause: error });
  }
  return new UnusableNetwork(doing, { cause: error });
}
