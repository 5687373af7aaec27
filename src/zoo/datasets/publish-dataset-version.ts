import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { ByteSource } from '../../learning/datasets/byte-source.js';
import { importOptions, type ImportOptions } from '../../learning/datasets/import-options.js';
import { scanArchive } from '../../learning/datasets/scan-archive.js';
import { lockForChange } from '../access/ownership.js';
import { requireScope, type Principal } from '../access/principal.js';
import { admitBlobs } from '../blobs/admit-blobs.js';
import { findAdmittedBlob } from '../blobs/find-admitted-blob.js';
import { findEarlierResult, withIdempotency } from '../idempotency.js';
import { idempotencyKeySchema } from '../names.js';
import type { BlobAddress, ObjectStore } from '../object-store/object-store.js';
import { parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { sha256Pattern } from '../../learning/sha256.js';

const publishSchema = z.object({
  datasetId: z.uuid(),
  /** Digest of the uploaded archive. */
  archiveSha256: z.string().regex(sha256Pattern, 'must be a SHA-256, 64 lower-case hex digits'),
  options: importOptions.nullish(),
  notes: z.string().max(10_000, 'at most 10,000 characters').nullish(),
  idempotencyKey: idempotencyKeySchema,
});

export type PublishDatasetVersionInput = z.input<typeof publishSchema>;

/** What is to be queued once the archive has proved to be one. */
export interface DatasetImportRequest {
  datasetId: string;
  archive: string;
  options: ImportOptions;
  notes?: string;
}

/**
 * Takes an uploaded archive as the next version of a data set: checks at once, without decoding pictures, what the archive
 * holds, and queues the import that does the rest. A bad archive is refused with nothing queued or stored.
 *
 * @param launch queues the import in the transaction it is given and returns its job. Given by the caller, because the
 * catalogue knows no queue.
 * @returns id of the job; of the first one, where the idempotency key was used before.
 * @throws ZooError ARCHIVE_*, DATASET_* (see `scanArchive`), BLOB_NOT_ADMITTED, INPUT_INVALID, NOT_FOUND, FORBIDDEN,
 * UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED
 */
export async function publishDatasetVersion(
  zoo: Zoo,
  principal: Principal,
  input: PublishDatasetVersionInput,
  launch: (manager: EntityManager, request: DatasetImportRequest) => Promise<{ id: string }>,
): Promise<{ jobId: string; repeated: boolean }> {
  const actor = requireScope(principal, 'write');
  const value = parseInput(publishSchema, input);
  const { datasetId, archiveSha256, idempotencyKey } = value;
  const options = importOptions.parse(value.options ?? {});
  const asked = { ...value, options };
  const earlier = await zoo.database.transaction(async (manager) => {
    const id = await findEarlierResult(manager, actor, 'publishDatasetVersion', idempotencyKey, asked);
    if (id === undefined) await lockForChange(manager, principal, 'datasets', datasetId);
    return id;
  });
  if (earlier !== undefined) return { jobId: earlier, repeated: true };

  const archive = await admittedArchive(zoo, principal, archiveSha256);
  // Outside a transaction: reading a large archive takes a while, and an open transaction keeps others waiting.
  await scanArchive(storeSource(zoo.store, archive), { splits: options.splits });
  return zoo.database.transaction(async (manager) => {
    await lockForChange(manager, principal, 'datasets', datasetId);
    const { id, repeated } = await withIdempotency(
      manager,
      actor,
      'publishDatasetVersion',
      idempotencyKey,
      asked,
      async () => {
        await admitBlobs(manager, principal, [archive]);
        const notes = value.notes ?? undefined;
        return (await launch(manager, { datasetId, archive: archiveSha256, options, notes })).id;
      },
    );
    return { jobId: id, repeated };
  });
}

async function admittedArchive(zoo: Zoo, principal: Principal, sha256: string): Promise<BlobAddress> {
  const sizeBytes = await findAdmittedBlob(zoo, principal, sha256);
  if (sizeBytes !== undefined) return { sha256, sizeBytes };
  throw new ZooError(
    'BLOB_NOT_ADMITTED',
    `The archive ${sha256} is not there for you. Send its bytes with PUT /blobs/sha256/${sha256}, then publish again.`,
    { sha256: [sha256] },
  );
}

/** A blob of the store as bytes at random access. */
function storeSource(store: ObjectStore, { sha256, sizeBytes }: BlobAddress): ByteSource {
  return { sizeBytes, read: (range) => store.read(sha256, range) };
}
