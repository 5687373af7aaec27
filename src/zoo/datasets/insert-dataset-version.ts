import type { EntityManager } from 'typeorm';
import { ZooError } from '../../errors.js';
import type { DatasetManifest } from '../../learning/dataset-manifest.js';
import { recordAudit } from '../audit.js';
import { lockBlobs } from '../blobs/admit-blobs.js';
import { filesDigest } from '../models/insert-model-version.js';

export interface NewDatasetVersion {
  datasetId: string;
  manifest: DatasetManifest;
  /** Their blobs are stored. */
  files: { path: string; sha256: string; sizeBytes: number }[];
  /** The job that made it. */
  jobId?: string | null;
  /** Account id. */
  createdBy: string;
}

/**
 * Adds a version to a data set: number, files and audit note, all in the caller's transaction, so that a version exists
 * whole or not at all. The data set's row is locked until the transaction ends, which numbers versions without gaps
 * whoever publishes at the same time; then the blobs', in the order that `insertModelVersion` keeps too.
 *
 * @throws ZooError NOT_FOUND when the data set was deleted meanwhile, BLOB_NOT_ADMITTED when a blob is gone.
 */
export async function insertDatasetVersion(
  manager: EntityManager,
  version: NewDatasetVersion,
): Promise<{ id: string; number: number }> {
  const { datasetId, manifest, files, jobId = null, createdBy } = version;
  const locked: { latest_number: number }[] = await manager.query(
    `SELECT latest_number FROM datasets WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
    [datasetId],
  );
  const latest = locked[0];
  if (latest === undefined) {
    throw new ZooError('NOT_FOUND', 'The data set is not there any more; restore it, or publish to another.');
  }
  await lockBlobs(manager, files);
  const number = latest.latest_number + 1;
  const { train, validation, test } = manifest.splits;
  const inserted: { id: string }[] = await manager.query(
    `INSERT INTO dataset_versions (dataset_id, number, manifest, image_count, size_bytes, digest, job_id, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
    [
      datasetId,
      number,
      JSON.stringify(manifest),
      train.imageCount + validation.imageCount + test.imageCount,
      files.reduce((sum, file) => sum + file.sizeBytes, 0),
      filesDigest(files),
      jobId,
      createdBy,
    ],
  );
  const id = inserted[0]?.id;
  if (id === undefined) throw new ZooError('INTERNAL', 'the inserted version has no id');
  await manager.query(
    `INSERT INTO dataset_version_files (version_id, path, sha256, size_bytes)
     SELECT $1, path, sha256, size_bytes FROM unnest($2::text[], $3::text[], $4::bigint[]) AS file (path, sha256, size_bytes)`,
    [
      id,
      files.map((file) => file.path),
      files.map((file) => file.sha256),
      files.map((file) => file.sizeBytes),
    ],
  );
  await manager.query(`UPDATE datasets SET latest_number = $2, updated_at = now() WHERE id = $1`, [
    datasetId,
    number,
  ]);
  await recordAudit(manager, createdBy, 'dataset-version.publish', id, { datasetId, number, jobId });
  return { id, number };
}
