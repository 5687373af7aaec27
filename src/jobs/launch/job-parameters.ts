import { z } from 'zod';
import { sha256Pattern } from '../../learning/sha256.js';

/** What the parameters of a DATASET_IMPORT job hold: the archive's digest, and the options of the import as given. */
export const datasetImportParameters = z.looseObject({
  /** SHA-256 of the uploaded archive. */
  archive: z.string().regex(sha256Pattern),
});
