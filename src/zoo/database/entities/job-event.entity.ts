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
import type { JobEventType } from '../../job-types.js';
import { Job } from './job.entity.js';

/** The pollable log of a job. `seq` is the cursor: it only grows within a job. */
@Entity('job_events')
@Check('job_events_type_check', `type IN ('state', 'progress', 'metric', 'log')`)
@Check('job_events_seq_check', `seq >= 1`)
export class JobEvent {
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  /** Numbered from 1 within the job, without gaps. */
  @PrimaryColumn('int') seq: number;
  @ManyToOne(() => Job, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'job_id' })
  job: Relation<Job>;
  @Column('int') fence: number;
  /** state, progress, metric, log. */
  @Column('text') type: JobEventType;
  @Column('jsonb') payload: Record<string, unknown>;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
}
