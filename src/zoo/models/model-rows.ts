import type { Evaluation } from '../../learning/evaluation.js';
import type { ModelManifest } from '../../learning/model-manifest.js';

/** A model as lists show it; card and front matter are loaded apart, since they can be long. */
export interface ModelRow {
  id: string;
  ownerId: string;
  ownerName: string;
  ownerKind: 'USER' | 'ORGANIZATION';
  ownerCreatedAt: Date;
  name: string;
  task: string;
  license: string | null;
  tags: string[];
  visibility: 'PUBLIC' | 'PRIVATE';
  /** 0 while there is no version. */
  latestNumber: number;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

/** A version as lists show it; manifest and evaluation are loaded apart. */
export interface ModelVersionRow {
  id: string;
  modelId: string;
  number: number;
  format: string;
  parameterCount: number;
  sizeBytes: number;
  digest: string;
  notes: string;
  jobId: string | null;
  createdBy: string;
  createdAt: Date;
}

export interface ModelVersionDetails {
  id: string;
  manifest: ModelManifest;
  evaluation: Evaluation | null;
}

/** Raw SQL for the hot reads: hydrating entities costs more than the query. Use with `modelTables`. */
export const modelColumns = `m.id, m.owner_id AS "ownerId", o.name AS "ownerName", o.kind AS "ownerKind",
  o.created_at AS "ownerCreatedAt", m.name, m.task, m.license, m.tags,
  m.visibility, m.latest_number AS "latestNumber", m.created_at AS "createdAt", m.updated_at AS "updatedAt",
  m.deleted_at AS "deletedAt"`;

export const modelTables = 'models m JOIN accounts o ON o.id = m.owner_id';

/** Use with `versionTables`, whose `m` carries the visibility. */
export const versionColumns = `v.id, v.model_id AS "modelId", v.number, v.format,
  v.parameter_count::double precision AS "parameterCount", v.size_bytes::double precision AS "sizeBytes", v.digest,
  v.notes, v.job_id AS "jobId", v.created_by AS "createdBy", v.created_at AS "createdAt"`;

export const versionTables = 'model_versions v JOIN models m ON m.id = v.model_id';
