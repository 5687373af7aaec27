import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Who did what to what, written in the transaction that did it. In order of `seq` it also feeds what must follow later (webhooks). */
@Entity('audit_events')
@Index(['subjectId', 'seq'])
export class AuditEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) seq: string;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
  @Column('uuid', { nullable: true, name: 'account_id' }) accountId: string | null;
  /** `subject.verb`, for example `model-version.publish`. */
  @Column('text') action: string;
  @Column('text', { name: 'subject_id' }) subjectId: string;
  @Column('jsonb', { default: () => "'{}'" }) detail: Record<string, unknown>;
}
