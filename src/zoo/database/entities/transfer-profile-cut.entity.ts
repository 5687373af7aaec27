import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ModelVersion } from './model-version.entity.js';

/** A place where a version is cut for its transfer profile, and the key of the features that come out there. */
@Entity('transfer_profile_cuts')
@Check('transfer_profile_cuts_depth_check', `depth >= 0 AND depth <= 1`)
export class TransferProfileCut {
  @PrimaryColumn('uuid', { name: 'version_id' }) versionId: string;
  @PrimaryColumn('text') layer: string;
  @ManyToOne(() => ModelVersion, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'version_id' })
  version: Relation<ModelVersion>;
  /** Share of the network's parameters up to and including the layer, 0 to 1. */
  @Column('double precision') depth: number;
  @Column('int', { name: 'feature_dim' }) featureDim: number;
  /** Whether strategies compare this cut when none is named. */
  @Column('boolean', { name: 'is_candidate' }) isCandidate: boolean;
  /** Versions whose networks are equal up to here have the same. */
  @Index()
  @Column('text', { name: 'feature_key' })
  featureKey: string;
}
