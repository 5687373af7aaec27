import type { ErrorCode } from '../error-codes.js';
import { ZooError } from '../errors.js';

/** What `zoo` exits with. Scripts may rely on these; `docs/guides/cli.md` lists them. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  access: 5,
  jobFailed: 6,
  jobCancelled: 7,
  unreachable: 8,
  interrupted: 130,
} as const;

const byErrorCode: Partial<Record<ErrorCode, number>> = {
  USAGE: exitCodes.usage,
  CONFIG_INVALID: exitCodes.usage,
  NOT_FOUND: exitCodes.notFound,
  UNAUTHENTICATED: exitCodes.access,
  FORBIDDEN: exitCodes.access,
  SERVER_UNREACHABLE: exitCodes.unreachable,
  INTERNAL: exitCodes.failure,
};

/** The exit code for an error: what is said about it above, else 4 for input that was refused and 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ZooError)) return exitCodes.failure;
  return byErrorCode[error.code] ?? (error.httpStatus < 500 ? exitCodes.refused : exitCodes.failure);
}
