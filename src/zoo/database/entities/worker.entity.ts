import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AnnouncedStrategy } from '../../job-types.js';

/** A worker process as it announces itself, with the strategies it can run. */
@Entity('workers')
export class Worker {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  /** What trains networks in its jobs, for example `onnxruntime`; `none` where nothing does. */
  @Column('text') engine: string;
  @Column('text') device: string;
  @Column('text') version: string;
  @Column('jsonb') strategies: AnnouncedStrategy[];
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'started_at' }) startedAt: Date;
  @Index() @Column({ type: 'timestamptz', precision: 3, name: 'heartbeat_at' }) heartbeatAt: Date;
}
