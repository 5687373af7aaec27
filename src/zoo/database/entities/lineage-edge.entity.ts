import {
  Check,
  Column,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { DatasetVersion } from './dataset-version.entity.js';
import { Job } from './job.entity.js';
import { ModelVersion } from './model-version.entity.js';

/** How one version came from another: the strategy is the edge. */
@Entity('lineage_edges')
@Check('lineage_edges_relation_check', `relation IN ('finetune', 'adapter', 'merge', 'quantized')`)
@Check('lineage_edges_self_check', `child_version_id <> parent_version_id`)
export class LineageEdge {
  @PrimaryColumn('uuid', { name: 'child_version_id' }) childVersionId: string;
  @PrimaryColumn('uuid', { name: 'parent_version_id' }) parentVersionId: string;
  @ManyToOne(() => ModelVersion, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'child_version_id' })
  child: Relation<ModelVersion>;
  @Index()
  @ManyToOne(() => ModelVersion, { nullable: false })
  @JoinColumn({ name: 'parent_version_id' })
  parent: Relation<ModelVersion>;
  /** The hubs' `base_model_relation`: finetune, adapter, merge, quantized. */
  @Column('text') relation: string;
  @Column('text', { nullable: true }) strategy: string | null;
  @Column('text', { nullable: true, name: 'strategy_version' }) strategyVersion: string | null;
  /** The package that the strategy came from, and the build of it; null in edges from before packages. */
  @Column('text', { nullable: true, name: 'strategy_package' }) strategyPackage: string | null;
  @Column('text', { nullable: true, name: 'strategy_package_version' }) strategyPackageVersion: string | null;
  @Column('text', { nullable: true, name: 'strategy_digest' }) strategyDigest: string | null;
  @Column('jsonb', { nullable: true }) parameters: Record<string, unknown> | null;
  @Index()
  @ForeignKey(() => DatasetVersion)
  @Column('uuid', { nullable: true, name: 'dataset_version_id' })
  datasetVersionId: string | null;
  @Index() @ForeignKey(() => Job) @Column('uuid', { nullable: true, name: 'job_id' }) jobId: string | null;
}
