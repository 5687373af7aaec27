import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { DatasetVersion } from './dataset-version.entity.js';

/** What the features of one key are worth on one data set: a point of the profile of every version that has such a cut. */
@Entity('transfer_profiles')
@Check('transfer_profiles_pictures_check', `pictures >= 0`)
export class TransferProfile {
  @PrimaryColumn('text', { name: 'feature_key' }) featureKey: string;
  @Index()
  @PrimaryColumn('uuid', { name: 'dataset_version_id' })
  datasetVersionId: string;
  @ManyToOne(() => DatasetVersion, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'dataset_version_id' })
  datasetVersion: Relation<DatasetVersion>;
  /** Training pictures that it was measured on. */
  @Column('int') pictures: number;
  @Column('jsonb') scores: object;
  /** Mean and variance per channel; null where they were not taken. */
  @Column('jsonb', { nullable: true }) statistics: object | null;
  /** Shift of the channels at the last batch normalisation up to here; null where there is none. */
  @Column('double precision', { nullable: true, name: 'batch_norm_shift' }) batchNormShift: number | null;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'measured_at' }) measuredAt: Date;
}
