import type { DatasetManifest } from '../../learning/dataset-manifest.js';

/** A data set as lists show it; card and front matter are loaded apart, since they can be long. */
export interface DatasetRow {
  id: string;
  ownerId: string;
  ownerName: string;
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

/** A version as lists show it; the manifest is loaded apart. */
export interface DatasetVersionRow {
  id: string;
  datasetId: string;
  number: number;
  imageCount: number;
  sizeBytes: number;
  digest: string;
  jobId: string | null;
  createdBy: string;
  createdAt: Date;
}

export interface DatasetVersionManifest {
  id: string;
  manifest: DatasetManifest;
}

/** Raw SQL for the hot reads: hydrating entities costs more than the query. Use with `datasetTables`. */
export const datasetColumns = `m.id, m.owner_id AS "ownerId", o.name AS "ownerName", m.name, m.task, m.license, m.tags,
  m.visibility, m.latest_number AS "latestNumber", m.created_at AS "createdAt", m.updated_at AS "updatedAt",
  m.deleted_at AS "deletedAt"`;

export const datasetTables = 'datasets m JOIN accounts o ON o.id = m.owner_id';

/** Use with `datasetVersionTables`, whose `m` carries the visibility. */
export const datasetVersionColumns = `v.id, v.dataset_id AS "datasetId", v.number, v.image_count AS "imageCount",
  v.size_bytes::double precision AS "sizeBytes", v.digest, v.job_id AS "jobId", v.created_by AS "createdBy",
  v.created_at AS "createdAt"`;

export const datasetVersionTables = 'dataset_versions v JOIN datasets m ON m.id = v.dataset_id';
