import { advisorCodes } from './error-codes/advisor.js';
import { dataCodes } from './error-codes/blobs-and-datasets.js';
import { commandLineCodes } from './error-codes/command-line.js';
import { jobCodes } from './error-codes/jobs.js';
import { modelCodes } from './error-codes/models.js';
import { serverCodes } from './error-codes/server.js';
import { strategyCodes } from './error-codes/strategies.js';

/**
 * Every code a person can meet, with the HTTP status it answers as and what it means.
 * `docs/errors.md` lists exactly these; a test holds the two together. Codes never change their meaning.
 */
export const errorCodes = {
  ...serverCodes,
  ...modelCodes,
  ...dataCodes,
  ...jobCodes,
  ...commandLineCodes,
  ...strategyCodes,
  ...advisorCodes,
};

export type ErrorCode = keyof typeof errorCodes;
