import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  OneToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { DatasetVersion } from './dataset-version.entity.js';
import { Job } from './job.entity.js';

/**
 * What an ADVICE job answered, kept for ever: what was asked stands in the job's parameters, what was measured and promised
 * here and in the candidates. It is written whole, with the end of its job, and never changes.
 *
 * What it holds is checked by `src/advisor` where it is written and read; to the catalogue it is JSON.
 */
@Entity('advices')
@Index(['datasetVersionId', 'createdAt', 'id'])
@Check(
  'advices_scenario_check',
  `scenario IN ('SMALL_SIMILAR', 'LARGE_SIMILAR', 'SMALL_DIFFERENT', 'LARGE_DIFFERENT')`,
)
export class Advice {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'job_id' }) jobId: string;
  @OneToOne(() => Job, { nullable: false })
  @JoinColumn({ name: 'job_id' })
  job: Relation<Job>;
  @ForeignKey(() => DatasetVersion)
  @Column('uuid', { name: 'dataset_version_id' })
  datasetVersionId: string;
  /** Null where nothing is learned, or nothing was measured. */
  @Column('text', { nullable: true }) scenario: string | null;
  @Column('text') summary: string;
  @Column('boolean', { name: 'stays_linear' }) staysLinear: boolean;
  /** The numbers that it rests on, without the statistics of the features: those lie with the profiles. */
  @Column('jsonb') measurements: object;
  /** Models that were asked about and are not ranked by measurement. */
  @Column('jsonb', { name: 'not_measured' }) notMeasured: object[];
  /** What the track record added to the promises. */
  @Column('jsonb') corrections: object;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
}
