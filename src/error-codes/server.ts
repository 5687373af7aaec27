import type { ErrorCodeTable } from './error-code-table.js';

/** Codes of the whole server: its configuration, who asks, requests and names. */
export const serverCodes = {
  // Whole server
  CONFIG_INVALID: { httpStatus: 500, meaning: 'A configuration variable has a value that is not accepted.' },
  DATA_DIRECTORY_LOCKED: { httpStatus: 500, meaning: 'Another server uses this data folder.' },
  DISK_NEARLY_FULL: { httpStatus: 507, meaning: 'Too little disk space is left to accept a write.' },
  DATABASE_UNAVAILABLE: { httpStatus: 503, meaning: 'The database does not answer.' },
  STORE_UNAVAILABLE: { httpStatus: 503, meaning: 'The object store does not answer.' },
  PORT_IN_USE: { httpStatus: 500, meaning: 'Another program listens on the port the server is to use.' },
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
  REQUEST_TOO_LARGE: {
    httpStatus: 413,
    meaning: 'A request body is larger than accepted; files are sent to /blobs, not through GraphQL.',
  },
  OPERATION_TOO_LARGE: {
    httpStatus: 400,
    meaning: 'A GraphQL operation is deeper or could answer more than accepted; each limit passed is named.',
  },
  SUBSCRIPTION_NEEDS_WEBSOCKET: {
    httpStatus: 400,
    meaning: 'A subscription came as a plain HTTP request; it needs a WebSocket (graphql-transport-ws).',
  },
  NAME_TAKEN: { httpStatus: 409, meaning: 'The name is in use.' },
  IDEMPOTENCY_KEY_REUSED: { httpStatus: 409, meaning: 'The idempotency key was used with another input.' },
  // Bytes over HTTP
  METHOD_NOT_ALLOWED: {
    httpStatus: 405,
    meaning: 'The address is there, but not for this method; the header Allow lists those it is for.',
  },
} as const satisfies ErrorCodeTable;
