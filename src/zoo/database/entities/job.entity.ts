import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import type { JobKind, JobState, JobProgress, JobError } from '../../job-types.js';
import { Account } from './account.entity.js';
import { Advice } from './advice.entity.js';
import { Dataset } from './dataset.entity.js';
import { DatasetVersion } from './dataset-version.entity.js';
import { Model } from './model.entity.js';
import { ModelVersion } from './model-version.entity.js';

/** What a user launched. The row is the truth about who may write for it: see `fence`. */
@Entity('jobs')
@Index(['createdAt', 'id'])
@Index(['launchedBy', 'createdAt', 'id'])
@Index(['state', 'createdAt', 'id'])
@Check('jobs_kind_check', `kind IN ('FINE_TUNE', 'DATASET_IMPORT', 'ADVICE', 'TRANSFER_PROFILE', 'SWEEP')`)
@Check('jobs_advice_check', `(advice_id IS NULL) = (advice_rank IS NULL)`)
@Check('jobs_state_check', `state IN ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')`)
@Check('jobs_fence_check', `fence >= 0 AND infrastructure_failures >= 0`)
@Check('jobs_claim_check', `state <> 'RUNNING' OR claimed_digest IS NOT DISTINCT FROM strategy_digest`)
export class Job {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('text') kind: JobKind;
  @Column('text', { default: 'QUEUED' }) state: JobState;
  @Column('uuid', { name: 'launched_by' }) launchedBy: string;
  @ManyToOne(() => Account, { nullable: false })
  @JoinColumn({ name: 'launched_by' })
  launcher: Relation<Account>;
  /** FINE_TUNE: the version that is adapted. TRANSFER_PROFILE: the version that is profiled. */
  @Index()
  @ForeignKey(() => ModelVersion)
  @Column('uuid', { nullable: true, name: 'base_version_id' })
  baseVersionId: string | null;
  /** FINE_TUNE: the pictures it is adapted to. ADVICE and TRANSFER_PROFILE: those that are measured on. */
  @Index()
  @ForeignKey(() => DatasetVersion)
  @Column('uuid', { nullable: true, name: 'dataset_version_id' })
  datasetVersionId: string | null;
  /** FINE_TUNE: the model that receives the result as its next version. */
  @Index()
  @ForeignKey(() => Model)
  @Column('uuid', { nullable: true, name: 'target_model_id' })
  targetModelId: string | null;
  /** DATASET_IMPORT: the data set that receives the result, and what to read. */
  @Index()
  @ForeignKey(() => Dataset)
  @Column('uuid', { nullable: true, name: 'target_dataset_id' })
  targetDatasetId: string | null;
  @Column('text', { nullable: true }) strategy: string | null;
  @Column('text', { nullable: true, name: 'strategy_version' }) strategyVersion: string | null;
  /** The package that the strategy comes from; null in jobs from before packages. */
  @Column('text', { nullable: true, name: 'strategy_package' }) strategyPackage: string | null;
  @Column('text', { nullable: true, name: 'strategy_package_version' }) strategyPackageVersion: string | null;
  /** Digest of the build that the parameters were validated against: only that one may run them. */
  @Column('text', { nullable: true, name: 'strategy_digest' }) strategyDigest: string | null;
  /** Digest of the build that the claiming worker has. */
  @Column('text', { nullable: true, name: 'claimed_digest' }) claimedDigest: string | null;
  /** A worker without the strategy had it: it is not delivered any more, workers that have the strategy look for it. */
  @Column('boolean', { default: false, name: 'left_to_others' }) leftToOthers: boolean;
  /** Validated, defaults filled in. For DATASET_IMPORT the import options. */
  @Column('jsonb', { default: () => "'{}'" }) parameters: Record<string, unknown>;
  /** FINE_TUNE: the line of an advice that was launched. */
  @Index()
  @ForeignKey(() => Advice)
  @Column('uuid', { nullable: true, name: 'advice_id' })
  adviceId: string | null;
  @Column('int', { nullable: true, name: 'advice_rank' }) adviceRank: number | null;
  /** Raised by every claim; every write on behalf of the job carries it and touches 0 rows when stale. */
  @Column('int', { default: 0 }) fence: number;
  @Column('text', { nullable: true, name: 'worker_id' }) workerId: string | null;
  @Index({ where: `state = 'RUNNING'` })
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'lease_expires_at' })
  leaseExpiresAt: Date | null;
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'cancel_requested_at' })
  cancelRequestedAt: Date | null;
  /** Attempts that ended because a machine, not the strategy, failed. SWEEP: since a candidate was last done with. */
  @Column('int', { default: 0, name: 'infrastructure_failures' }) infrastructureFailures: number;
  /** `seq` of the newest row of the job's log; raised under the job's row lock, so the log has no gaps. */
  @Column('int', { default: 0, name: 'last_event_seq' }) lastEventSeq: number;
  /** Everything random in the job depends on it. */
  @Column('int', { default: 1 }) seed: number;
  /** FINE_TUNE: the launcher's words about the version to come. */
  @Column('text', { default: '' }) notes: string;
  /** Latest progress: `{ phase, done, total, secondsLeft }`. */
  @Column('jsonb', { nullable: true }) progress: JobProgress | null;
  /** `{ code, message }` once FAILED. */
  @Column('jsonb', { nullable: true }) error: JobError | null;
  @ForeignKey(() => ModelVersion)
  @Column('uuid', { nullable: true, name: 'result_model_version_id' })
  resultModelVersionId: string | null;
  @ForeignKey(() => DatasetVersion)
  @Column('uuid', { nullable: true, name: 'result_dataset_version_id' })
  resultDatasetVersionId: string | null;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'started_at' }) startedAt: Date | null;
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'finished_at' }) finishedAt: Date | null;
}
