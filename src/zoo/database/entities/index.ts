import { Account } from './account.entity.js';
import { ApiToken } from './api-token.entity.js';
import { Model } from './model.entity.js';
import { ModelVersion } from './model-version.entity.js';
import { VersionFile } from './version-file.entity.js';
import { VersionReport } from './version-report.entity.js';
import { Metric } from './metric.entity.js';
import { Alias } from './alias.entity.js';
import { LineageEdge } from './lineage-edge.entity.js';
import { Blob } from './blob.entity.js';
import { BlobGrant } from './blob-grant.entity.js';
import { Dataset } from './dataset.entity.js';
import { DatasetVersion } from './dataset-version.entity.js';
import { DatasetVersionFile } from './dataset-version-file.entity.js';
import { Job } from './job.entity.js';
import { Attempt } from './attempt.entity.js';
import { JobCheckpoint } from './job-checkpoint.entity.js';
import { JobEvent } from './job-event.entity.js';
import { Advice } from './advice.entity.js';
import { AdviceCandidate } from './advice-candidate.entity.js';
import { TransferProfile } from './transfer-profile.entity.js';
import { TransferProfileCut } from './transfer-profile-cut.entity.js';
import { SweepCandidate } from './sweep-candidate.entity.js';
import { SweepFile } from './sweep-file.entity.js';
import { Worker } from './worker.entity.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { AuditEvent } from './audit-event.entity.js';

/** Every entity, for the data source. */
export const entities = [
  Account,
  ApiToken,
  Model,
  ModelVersion,
  VersionFile,
  VersionReport,
  Metric,
  Alias,
  LineageEdge,
  Blob,
  BlobGrant,
  Dataset,
  DatasetVersion,
  DatasetVersionFile,
  Job,
  Attempt,
  JobEvent,
  JobCheckpoint,
  Advice,
  AdviceCandidate,
  TransferProfile,
  TransferProfileCut,
  SweepCandidate,
  SweepFile,
  Worker,
  IdempotencyKey,
  AuditEvent,
];

export {
  Account,
  ApiToken,
  Model,
  ModelVersion,
  VersionFile,
  VersionReport,
  Metric,
  Alias,
  LineageEdge,
  Blob,
  BlobGrant,
  Dataset,
  DatasetVersion,
  DatasetVersionFile,
  Job,
  Attempt,
  JobEvent,
  JobCheckpoint,
  Advice,
  AdviceCandidate,
  TransferProfile,
  TransferProfileCut,
  SweepCandidate,
  SweepFile,
  Worker,
  IdempotencyKey,
  AuditEvent,
};
