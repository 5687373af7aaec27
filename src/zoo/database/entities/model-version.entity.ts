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
  Unique,
  type Relation,
} from 'typeorm';
import type { ModelManifest } from '../../../learning/model-manifest.js';
import type { Evaluation } from '../../../learning/evaluation.js';
import { bigintAsNumber } from '../bigint-as-number.js';
import { Account } from './account.entity.js';
import { Job } from './job.entity.js';
import { Model } from './model.entity.js';

/** One immutable, numbered version of a model: it exists whole or not at all. */
@Entity('model_versions')
@Index(['createdAt', 'id'])
@Check('model_versions_number_check', `number >= 1`)
@Check('model_versions_counts_check', `parameter_count >= 0 AND size_bytes >= 0`)
@Check('model_versions_digest_check', `digest ~ '^[0-9a-f]{64}$'`)
@Unique('model_versions_number', ['modelId', 'number'])
export class ModelVersion {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'model_id' }) modelId: string;
  @ManyToOne(() => Model, { nullable: false }) @JoinColumn({ name: 'model_id' }) model: Relation<Model>;
  @Column('int') number: number;
  /** `tfjs-layers` now. */
  @Column('text') format: string;
  /** Derived from the files by the strict loader, never typed by hand. */
  @Column('jsonb') manifest: ModelManifest;
  @Index()
  @Column('bigint', { name: 'parameter_count', transformer: bigintAsNumber })
  parameterCount: number;
  /** Bytes of all files together. */
  @Column('bigint', { name: 'size_bytes', transformer: bigintAsNumber }) sizeBytes: number;
  /** SHA-256 over the sorted lines `path\0sha256\n`: equal digests mean equal files. */
  @Column('text') digest: string;
  @Column('jsonb', { nullable: true }) evaluation: Evaluation | null;
  @Column('text', { default: '' }) notes: string;
  @Index() @ForeignKey(() => Job) @Column('uuid', { name: 'job_id', nullable: true }) jobId: string | null;
  @ForeignKey(() => Account) @Column('uuid', { name: 'created_by' }) createdBy: string;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
}
