import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AnnouncedStrategy, RefusedStrategy } from '../../job-types.js';
import { bigintAsNumber } from '../bigint-as-number.js';

/** A worker process as it announces itself, with the strategies it can run. */
@Entity('workers')
export class Worker {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  /** What trains networks in its jobs, for example `onnxruntime`; `none` where nothing does. */
  @Column('text') engine: string;
  @Column('text') device: string;
  @Column('text') version: string;
  /** As text, not jsonb: the parameters of a strategy keep their order. */
  @Column('json') strategies: AnnouncedStrategy[];
  /** SHA-256 of that text: readers keep what they have read. Null for workers from before packages. */
  @Column('text', { nullable: true }) announcement: string | null;
  /** Packages that it could not load, and why. */
  @Column('jsonb', { default: () => "'[]'" }) refused: RefusedStrategy[];
  /** Whether its jobs train on a GPU. */
  @Column('boolean', { default: false, name: 'has_gpu' }) hasGpu: boolean;
  /** Resident memory that one of its jobs may have. */
  @Column('bigint', { default: 0, name: 'job_memory_bytes', transformer: bigintAsNumber })
  jobMemoryBytes: number;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'started_at' }) startedAt: Date;
  @Index() @Column({ type: 'timestamptz', precision: 3, name: 'heartbeat_at' }) heartbeatAt: Date;
}
