import { hashBytes } from '../../../sha256.js';

/**
 * A function of a strategy, for a checkpoint's identity: the digest of its source text. What it takes from around it does not
 * show there; that has to follow from the job's parameters and data, which are the same for all attempts.
 */
export function describeFunction(own: (...args: never[]) => unknown): string {
  return `function ${hashBytes(Buffer.from(own.toString())).slice(0, 16)}`;
}
