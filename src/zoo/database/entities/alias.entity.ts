import {
  Check,
  Column,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  UpdateDateColumn,
  type Relation,
} from 'typeorm';
import { Account } from './account.entity.js';
import { Model } from './model.entity.js';
import { ModelVersion } from './model-version.entity.js';

/** A movable lower-case name for a version of a model. `latest` is reserved and always means the newest. */
@Entity('aliases')
@Check('aliases_name_check', `name ~ '^[a-z0-9][a-z0-9._-]*$' AND name !~ '^[0-9]+$' AND name <> 'latest'`)
export class Alias {
  @PrimaryColumn('uuid', { name: 'model_id' }) modelId: string;
  @PrimaryColumn('text') name: string;
  @ManyToOne(() => Model, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'model_id' })
  model: Relation<Model>;
  @Index() @Column('uuid', { name: 'version_id' }) versionId: string;
  @ManyToOne(() => ModelVersion, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'version_id' })
  version: Relation<ModelVersion>;
  @ForeignKey(() => Account) @Column('uuid', { name: 'updated_by' }) updatedBy: string;
  @UpdateDateColumn({ type: 'timestamptz', precision: 3, name: 'updated_at' }) updatedAt: Date;
}
