import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ModelVersion } from './model-version.entity.js';

/** One number of a version's evaluation, kept as a row so that models can be filtered and ordered by it. */
@Entity('metrics')
@Check('metrics_value_check', `value > '-Infinity' AND value < 'Infinity'`)
@Index(['name', 'value', 'versionId'])
export class Metric {
  @PrimaryColumn('uuid', { name: 'version_id' }) versionId: string;
  /** For example `accuracy`, `top5Accuracy`, `expectedCalibrationError`. */
  @PrimaryColumn('text') name: string;
  @ManyToOne(() => ModelVersion, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'version_id' })
  version: Relation<ModelVersion>;
  @Column('double precision') value: number;
}
