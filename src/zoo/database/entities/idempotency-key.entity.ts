import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

import { Account } from './account.entity.js';

/** A key a client chose for a mutation: sending it again returns what the first call made. */
@Entity('idempotency_keys')
@Check('idempotency_keys_input_digest_check', `input_digest ~ '^[0-9a-f]{64}$'`)
export class IdempotencyKey {
  @ForeignKey(() => Account, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'account_id' })
  accountId: string;
  @PrimaryColumn('text') mutation: string;
  @PrimaryColumn('text') key: string;
  /** SHA-256 of the canonical input: the same key with another input is refused. */
  @Column('text', { name: 'input_digest' }) inputDigest: string;
  /** Id of the row that the first call made. */
  @Column('text', { name: 'result_id' }) resultId: string;
  @Index()
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' })
  createdAt: Date;
}
