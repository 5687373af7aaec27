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
import { Blob } from './blob.entity.js';
import { Job } from './job.entity.js';

/** Where a job's next attempt can go on, should the running one be lost. The rows go when the job ends. */
@Entity('job_checkpoints')
@Check('job_checkpoints_fence_check', `fence >= 1`)
@Check('job_checkpoints_step_check', `step >= 0`)
export class JobCheckpoint {
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  /** Of the attempt that wrote it. */
  @PrimaryColumn('int') fence: number;
  /** Steps of the optimizer that are in it. */
  @PrimaryColumn('int') step: number;
  @ManyToOne(() => Job, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'job_id' })
  job: Relation<Job>;
  @Index()
  @Column('text')
  sha256: string;
  @ManyToOne(() => Blob, { nullable: false })
  @JoinColumn({ name: 'sha256' })
  blob: Relation<Blob>;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
}
