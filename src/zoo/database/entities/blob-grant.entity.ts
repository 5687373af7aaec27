import {
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { Account } from './account.entity.js';
import { Blob } from './blob.entity.js';

/** Proof that an account sent these bytes itself and may therefore name their digest in a publish. */
@Entity('blob_grants')
export class BlobGrant {
  @ForeignKey(() => Account, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'account_id' })
  accountId: string;
  @Index() @PrimaryColumn('text') sha256: string;
  @ManyToOne(() => Blob, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'sha256' })
  blob: Relation<Blob>;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
}
