import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm';
import type { DatasetManifest } from '../../../learning/dataset-manifest.js';
import { bigintAsNumber } from '../bigint-as-number.js';
import { Dataset } from './dataset.entity.js';

/** One immutable version of a data set. Its pictures are kept as tar shards plus an index (files of the version). */
@Entity('dataset_versions')
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
  @Index() @Column('uuid', { name: 'job_id', nullable: true }) jobId: string | null;
  @Column('uuid', { name: 'created_by' }) createdBy: string;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
}
