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
  // Data sets
  ARCHIVE_UNREADABLE: {
    httpStatus: 422,
    meaning:
      'The archive is not a zip, tar or tar.gz, is cut off or damaged, or uses a feature that is not accepted.',
  },
  ARCHIVE_ENTRY_UNSAFE: {
    httpStatus: 422,
    meaning:
      'An entry of the archive climbs out of its folder, is absolute, or is not an ordinary file or folder.',
  },
  ARCHIVE_DUPLICATE_ENTRY: { httpStatus: 422, meaning: 'Two entries of the archive have the same path.' },
  ARCHIVE_NESTED: {
    httpStatus: 422,
    meaning: 'The archive holds another archive; pack the pictures themselves.',
  },
  ARCHIVE_TOO_LARGE: {
    httpStatus: 422,
    meaning: 'The archive has too many entries, or its contents are larger than accepted.',
  },
  ARCHIVE_BOMB: {
    httpStatus: 422,
    meaning: 'The archive unpacks to far more than pictures ever do: refused as a decompression bomb.',
  },
  DATASET_LAYOUT_UNKNOWN: {
    httpStatus: 422,
    meaning: 'The archive has neither class folders, nor split and class folders, nor a metadata table.',
  },
  DATASET_CLASSES_MISSING: { httpStatus: 422, meaning: 'The data set has no class, or only one.' },
  DATASET_CLASS_TOO_SMALL: {
    httpStatus: 422,
    meaning: 'A class has fewer than two usable pictures, or none in a split that needs it; all are named.',
  },
  DATASET_LABELS_MISMATCH: {
    httpStatus: 422,
    meaning: 'The metadata table and the pictures do not match: rows without picture, pictures without row.',
  },
  DATASET_SPLITS_INVALID: {
    httpStatus: 422,
    meaning:
      'A split has an unknown name, or there is no training split, or splits were asked for that are not there.',
  },
  DATASET_DAMAGED: {
    httpStatus: 500,
    meaning: 'The stored pictures of a data set do not have the digests of its index.',
  },
  // Single pictures of a data set: listed in its report, not fatal
  IMAGE_UNREADABLE: { httpStatus: 422, meaning: 'The picture cannot be decoded to its end.' },
  IMAGE_FORMAT_UNSUPPORTED: {
    httpStatus: 422,
    meaning: 'The file is not a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.',
  },
  IMAGE_TOO_LARGE: { httpStatus: 422, meaning: 'The picture has more bytes or more pixels than accepted.' },
  IMAGE_TOO_SMALL: { httpStatus: 422, meaning: 'The picture is smaller than 8 pixels on a side.' },
  IMAGE_DUPLICATE: {
    httpStatus: 422,
    meaning: 'The file equals, byte for byte, an earlier picture of the same split and class.',
  },
  IMAGE_LABELS_DIFFER: {
    httpStatus: 422,
    meaning: 'The same bytes stand in the same split under different classes; none of the copies is used.',
  },
} as const satisfies Record<string, { httpStatus: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;
