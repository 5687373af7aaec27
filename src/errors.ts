import { errorCodes, type ErrorCode } from './error-codes.js';

/**
 * An error a person can meet: a stable code and a message that says what arrived, what was expected and what to do.
 * It never carries a path of the server, a secret or a stack.
 */
export class ZooError extends Error {
  override readonly name = 'ZooError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Machine-readable facts beside the message, for example `{ path: 'parameters.C', value: -1, accepted: '> 0' }`. */
    readonly details: Record<string, unknown> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** The HTTP status that fits the code. */
  get httpStatus(): number {
    return errorCodes[this.code].httpStatus;
  }
}

/** Several reasons at once: every problem of an input, so that a person mends them in one go. */
export interface Problem {
  /** Where in the input, for example `parameters.C` or `files[3].path`. Empty for the input as a whole. */
  path: string;
  message: string;
  /** What arrived there. */
  value?: unknown;
  /** What is accepted there, in words: `a number from 0 to 1`. */
  accepted?: string;
}
