/**
 * Every code a person can meet, with the HTTP status it answers as and what it means.
 * `docs/errors.md` lists exactly these; a test holds the two together. Codes never change their meaning.
 */
export const errorCodes = {
  // Whole server
  CONFIG_INVALID: { httpStatus: 500, meaning: 'A configuration variable has a value that is not accepted.' },
  DATA_DIRECTORY_LOCKED: { httpStatus: 500, meaning: 'Another server uses this data folder.' },
  DISK_NEARLY_FULL: { httpStatus: 507, meaning: 'Too little disk space is left to accept a write.' },
  DATABASE_UNAVAILABLE: { httpStatus: 503, meaning: 'The database does not answer.' },
  STORE_UNAVAILABLE: { httpStatus: 503, meaning: 'The object store does not answer.' },
  INTERNAL: {
    httpStatus: 500,
    meaning: 'A fault of the server; its log has the details under the request id.',
  },
  // Access
  UNAUTHENTICATED: { httpStatus: 401, meaning: 'No token was sent, or it is unknown, expired or revoked.' },
  FORBIDDEN: { httpStatus: 403, meaning: 'The token lacks the scope, or the account the right, for this.' },
  NOT_FOUND: { httpStatus: 404, meaning: 'There is no such thing, or it is not visible to you.' },
  // Input in general
  INPUT_INVALID: {
    httpStatus: 400,
    meaning: 'One or more fields of the input are not accepted; all are listed.',
  },
  NAME_TAKEN: { httpStatus: 409, meaning: 'The name is in use.' },
  IDEMPOTENCY_KEY_REUSED: { httpStatus: 409, meaning: 'The idempotency key was used with another input.' },
} as const satisfies Record<string, { httpStatus: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;
