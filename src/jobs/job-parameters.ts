import { z } from 'zod';

/** What the parameters of a DATASET_IMPORT job hold: the archive's digest, and the options of the import as given. */
export const datasetImportParameters = z.looseObject({
  /** SHA-256 of the uploaded archive. */
  archive: z.string().regex(/^[0-9a-f]{64}$/),
});

export type DatasetImportParameters = z.output<typeof datasetImportParameters>;
