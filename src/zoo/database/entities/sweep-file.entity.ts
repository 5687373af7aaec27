import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Blob } from './blob.entity.js';
import { Job } from './job.entity.js';

/** A file of a candidate that is fitted and not yet published. The rows go when the job ends. */
@Entity('sweep_files')
export class SweepFile {
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  @PrimaryColumn('int') ordinal: number;
  @PrimaryColumn('text') path: string;
  @ManyToOne(() => Job, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'job_id' })
  job: Relation<Job>;
  @Index()
  @Column('text')
  sha256: string;
  @ManyToOne(() => Blob, { nullable: false })
  @JoinColumn({ name: 'sha256' })
  blob: Relation<Blob>;
}
