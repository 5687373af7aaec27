import type { EntityManager } from 'typeorm';
import { ZooError } from '../../errors.js';
import type { Evaluation } from '../../learning/evaluation.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import type { VersionReport } from '../../learning/reports/version-report.js';
import { recordAudit } from '../audit.js';
import { lockBlobs } from '../blobs/admit-blobs.js';
import { hashBytes } from '../../learning/sha256.js';

/** The hubs' `base_model_relation`. */
export type LineageRelation = 'finetune' | 'adapter' | 'merge' | 'quantized';

export interface NewModelVersion {
  modelId: string;
  manifest: ModelManifest;
  /** Their blobs are stored, and `admitBlobs` has let in those that a client named. */
  files: { path: string; sha256: string; sizeBytes: number }[];
  evaluation?: Evaluation | null;
  /** What its strategy shows beside; their files are among `files`. */
  reports?: VersionReport[];
  notes?: string;
  /** The job that made it. */
  jobId?: string | null;
  /** Account id. */
  createdBy: string;
  parents?: {
    versionId: string;
    relation: LineageRelation;
    strategy?: string | null;
    strategyVersion?: string | null;
    /** The package that the strategy comes from, and which build of it. */
    strategyPackage?: string | null;
    strategyPackageVersion?: string | null;
    strategyDigest?: string | null;
    parameters?: Record<string, unknown> | null;
    datasetVersionId?: string | null;
  }[];
}

/**
 * Adds a version to a model: number, files, metrics, lineage and audit note, all in the caller's transaction, so that a
 * version exists whole or not at all. The model's row is locked until the transaction ends, which numbers versions
 * without gaps whoever publishes at the same time; then the blobs', in this order everywhere, so that nobody dead-locks.
 *
 * @throws ZooError NOT_FOUND when the model was deleted meanwhile, BLOB_NOT_ADMITTED when a blob is gone.
 */
export async function insertModelVersion(
  manager: EntityManager,
  version: NewModelVersion,
): Promise<{ id: string; number: number }> {
  const locked: { latest_number: number }[] = await manager.query(
    `SELECT latest_number FROM models WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
    [version.modelId],
  );
  const latest = locked[0];
  if (latest === undefined) {
    throw new ZooError('NOT_FOUND', 'The model is not there any more; restore it, or publish to another.');
  }
  await lockBlobs(manager, version.files);
  const number = latest.latest_number + 1;
  const sizeBytes = version.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const inserted: { id: string }[] = await manager.query(
    `INSERT INTO model_versions
       (model_id, number, format, manifest, parameter_count, size_bytes, digest, evaluation, notes, job_id, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
    [
      version.modelId,
      number,
      version.manifest.format,
      JSON.stringify(version.manifest),
      version.manifest.parameterCount,
      sizeBytes,
      filesDigest(version.files),
      version.evaluation ? JSON.stringify(version.evaluation) : null,
      version.notes ?? '',
      version.jobId ?? null,
      version.createdBy,
    ],
  );
  const id = inserted[0]?.id;
  if (id === undefined) throw new ZooError('INTERNAL', 'the inserted version has no id');
  await insertFiles(manager, id, version.files);
  await insertMetrics(manager, id, version.evaluation ?? null);
  await insertReports(manager, id, version.reports ?? []);
  await insertParents(manager, id, version);
  await manager.query(`UPDATE models SET latest_number = $2, updated_at = now() WHERE id = $1`, [
    version.modelId,
    number,
  ]);
  await recordAudit(manager, version.createdBy, 'model-version.publish', id, {
    modelId: version.modelId,
    number,
    jobId: version.jobId ?? null,
  });
  return { id, number };
}

/** SHA-256 over the sorted lines `path\0sha256\n`: equal digests mean equal files. */
export function filesDigest(files: { path: string; sha256: string }[]): string {
  const lines = files.map((file) => `${file.path}\0${file.sha256}\n`).sort();
  return hashBytes(lines.join(''));
}

/** The numbers of an evaluation by the names that models are filtered and ordered by. */
export function metricsOf(evaluation: Evaluation): Record<string, number> {
  const numbers = {
    accuracy: evaluation.accuracy,
    top5Accuracy: evaluation.top5Accuracy,
    balancedAccuracy: evaluation.balancedAccuracy,
    macroF1: evaluation.macroF1,
    expectedCalibrationError: evaluation.calibrationError,
  };
  return Object.fromEntries(
    Object.entries(numbers).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}

async function insertFiles(
  manager: EntityManager,
  versionId: string,
  files: NewModelVersion['files'],
): Promise<void> {
  await manager.query(
    `INSERT INTO version_files (version_id, path, sha256, size_bytes)
     SELECT $1, path, sha256, size_bytes FROM unnest($2::text[], $3::text[], $4::bigint[]) AS file (path, sha256, size_bytes)`,
    [
      versionId,
      files.map((file) => file.path),
      files.map((file) => file.sha256),
      files.map((file) => file.sizeBytes),
    ],
  );
}

async function insertMetrics(
  manager: EntityManager,
  versionId: string,
  evaluation: Evaluation | null,
): Promise<void> {
  if (evaluation === null) return;
  const metrics = Object.entries(metricsOf(evaluation));
  await manager.query(
    `INSERT INTO metrics (version_id, name, value)
     SELECT $1, name, value FROM unnest($2::text[], $3::double precision[]) AS metric (name, value)`,
    [versionId, metrics.map(([name]) => name), metrics.map(([, value]) => value)],
  );
}

async function insertReports(
  manager: EntityManager,
  versionId: string,
  reports: readonly VersionReport[],
): Promise<void> {
  for (const report of reports) {
    const table = report.kind === 'table' ? report : undefined;
    await manager.query(
      `INSERT INTO version_reports (version_id, name, kind, title, alt, columns, rows)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        versionId,
        report.name,
        report.kind,
        report.title,
        report.kind === 'picture' ? report.alt : null,
        table === undefined ? null : JSON.stringify(table.columns),
        table === undefined ? null : JSON.stringify(table.rows),
      ],
    );
  }
}

async function insertParents(
  manager: EntityManager,
  versionId: string,
  { parents = [], jobId }: NewModelVersion,
): Promise<void> {
  for (const parent of parents) {
    await manager.query(
      `INSERT INTO lineage_edges
         (child_version_id, parent_version_id, relation, strategy, strategy_version, strategy_package,
          strategy_package_version, strategy_digest, parameters, dataset_version_id, job_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        versionId,
        parent.versionId,
        parent.relation,
        parent.strategy ?? null,
        parent.strategyVersion ?? null,
        parent.strategyPackage ?? null,
        parent.strategyPackageVersion ?? null,
        parent.strategyDigest ?? null,
        parent.parameters ? JSON.stringify(parent.parameters) : null,
        parent.datasetVersionId ?? null,
        jobId ?? null,
      ],
    );
  }
}
