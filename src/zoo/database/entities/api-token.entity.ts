import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { Account } from './account.entity.js';

/** A bearer token. Only its SHA-256 is stored; the text is shown once. */
@Entity('api_tokens')
@Check('api_tokens_token_hash_check', `token_hash ~ '^[0-9a-f]{64}$'`)
export class ApiToken {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Index() @Column('uuid', { name: 'account_id' }) accountId: string;
  @ManyToOne(() => Account, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'account_id' })
  account: Relation<Account>;
  @Column('text') name: string;
  /** SHA-256 of the token text, hex. */
  @Column('text', { unique: true, name: 'token_hash' }) tokenHash: string;
  /** First characters of the token, so that its owner can tell tokens apart. */
  @Column('text') prefix: string;
  /** read, write, launch, admin. */
  @Column('text', { array: true }) scopes: string[];
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'last_used_at' })
  lastUsedAt: Date | null;
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'expires_at' }) expiresAt: Date | null;
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'revoked_at' }) revokedAt: Date | null;
}
