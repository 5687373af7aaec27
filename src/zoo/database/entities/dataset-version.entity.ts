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
import type { DatasetManifest } from '../../../learning/dataset-manifest.js';
import { bigintAsNumber } from '../bigint-as-number.js';
import { Account } from './account.entity.js';
import { Dataset } from './dataset.entity.js';
import { Job } from './job.entity.js';

/** One immutable version of a data set. Its pictures are kept as tar shards plus an index (files of the version). */
@Entity('dataset_versions')
@Index(['createdAt', 'id'])
@Check('dataset_versions_number_check', `number >= 1`)
@Check('dataset_versions_counts_check', `image_count >= 0 AND size_bytes >= 0`)
@Check('dataset_versions_digest_check', `digest ~ '^[0-9a-f]{64}$'`)
@Unique('dataset_versions_number', ['datasetId', 'number'])
export class DatasetVersion {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'dataset_id' }) datasetId: string;
  @ManyToOne(() => Dataset, { nullable: false })
  @JoinColumn({ name: 'dataset_id' })
  dataset: Relation<Dataset>;
  @Column('int') number: number;
  /** Classes, splits, counts, rejected files, near-duplicates. */
  @Column('jsonb') manifest: DatasetManifest;
  @Column('int', { name: 'image_count' }) imageCount: number;
  @Column('bigint', { name: 'size_bytes', transformer: bigintAsNumber }) sizeBytes: number;
  /** SHA-256 over the sorted lines `path\0sha256\n` of its files. */
  @Column('text') digest: string;
  @Index() @ForeignKey(() => Job) @Column('uuid', { name: 'job_id', nullable: true }) jobId: string | null;
  @ForeignKey(() => Account) @Column('uuid', { name: 'created_by' }) createdBy: string;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
}
