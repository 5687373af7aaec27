import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import type { JobError } from '../../job-types.js';
import { Job } from './job.entity.js';

/** One run of a job by one worker, under one fence. */
@Entity('attempts')
@Check('attempts_outcome_check', `outcome IN ('COMPLETED', 'FAILED', 'CANCELLED', 'LOST')`)
@Check('attempts_ended_check', `(outcome IS NULL) = (ended_at IS NULL)`)
@Check('attempts_fence_check', `fence >= 1`)
export class Attempt {
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  @PrimaryColumn('int') fence: number;
  @ManyToOne(() => Job, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'job_id' })
  job: Relation<Job>;
  @Column('text', { name: 'worker_id' }) workerId: string;
  /** Null while it runs. */
  @Column('text', { nullable: true }) outcome: 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'LOST' | null;
  @Column('jsonb', { nullable: true }) error: JobError | null;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'started_at' }) startedAt: Date;
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'ended_at' }) endedAt: Date | null;
}
