import type { ErrorCodeTable } from './error-code-table.js';

/** Codes of the command line and of starters. */
export const commandLineCodes = {
  USAGE: {
    httpStatus: 400,
    meaning: 'The command line was not understood; `zoo COMMAND --help` says how it is used.',
  },
  SERVER_UNREACHABLE: { httpStatus: 503, meaning: 'The command line got no answer from the server.' },
  SERVER_ANSWER_UNEXPECTED: {
    httpStatus: 502,
    meaning: 'The answer is none that a zoo of this version gives; the URL may lead to another program.',
  },
  TRANSFER_FAILED: {
    httpStatus: 502,
    meaning:
      'A file could not be sent or fetched whole after several tries; the next run goes on where it stopped.',
  },
  FOLDER_INVALID: {
    httpStatus: 422,
    meaning: 'The folder or file given to the command line is missing, or is not what the command takes.',
  },
  PATH_REFUSED: {
    httpStatus: 422,
    meaning: 'A file of a version has a name that would be written outside of the folder it is pulled into.',
  },
  STARTER_UNAVAILABLE: {
    httpStatus: 424,
    meaning: 'The package that ships a starter network is not installed.',
  },
  STARTER_FILE_REFUSED: {
    httpStatus: 422,
    meaning: 'The file of a starter network is not the one that was expected, or cannot be read safely.',
  },
} as const satisfies ErrorCodeTable;
