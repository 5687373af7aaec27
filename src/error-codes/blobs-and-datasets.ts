import type { ErrorCodeTable } from './error-code-table.js';

/** Codes of blobs, data sets and single pictures. */
export const dataCodes = {
  // Blobs
  DIGEST_MISMATCH: {
    httpStatus: 422,
    meaning: 'The bytes that arrived do not have the SHA-256 they were sent under; nothing of them is kept.',
  },
  UPLOAD_TRUNCATED: { httpStatus: 400, meaning: 'Fewer bytes arrived than announced.' },
  UPLOAD_TOO_LARGE: {
    httpStatus: 413,
    meaning: 'More bytes arrived than announced, or more than one upload may have.',
  },
  UPLOAD_LENGTH_REQUIRED: { httpStatus: 411, meaning: 'An upload must say its length: send Content-Length.' },
  UPLOAD_OFFSET_MISMATCH: {
    httpStatus: 409,
    meaning: 'The upload cannot go on from that offset; details.offset says how many bytes are kept.',
  },
  BLOB_NOT_FOUND: { httpStatus: 404, meaning: 'The object store has no bytes under that digest.' },
  BLOB_NOT_ADMITTED: {
    httpStatus: 422,
    meaning:
      'A digest is named that you neither sent within the last day nor can read in a version; send the bytes.',
  },
  RANGE_NOT_SATISFIABLE: { httpStatus: 416, meaning: 'The byte range asked for lies outside the file.' },
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
} as const satisfies ErrorCodeTable;
