import {
  Check,
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
  UpdateDateColumn,
  type Relation,
} from 'typeorm';
import { Account } from './account.entity.js';

/** A named line of data-set versions, `owner/name`. */
@Entity('datasets')
@Index(['createdAt', 'id'])
@Index(['updatedAt', 'id'])
@Index(['name', 'id'])
@Index('datasets_name_trgm_idx', { synchronize: false })
@Check('datasets_name_check', `name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$'`)
@Check('datasets_visibility_check', `visibility IN ('PUBLIC', 'PRIVATE')`)
@Check('datasets_latest_number_check', `latest_number >= 0`)
@Unique('datasets_owner_name', ['ownerId', 'name'])
export class Dataset {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'owner_id' }) ownerId: string;
  @ManyToOne(() => Account, { nullable: false }) @JoinColumn({ name: 'owner_id' }) owner: Relation<Account>;
  @Column({ type: 'text', collation: 'C' }) name: string;
  @Column('text', { default: 'image-classification' }) task: string;
  @Index() @Column('text', { nullable: true }) license: string | null;
  @Index({ type: 'gin' })
  @Column('text', { array: true, default: () => "'{}'" })
  tags: string[];
  @Column('text', { default: '' }) card: string;
  @Column('jsonb', { name: 'card_data', default: () => "'{}'" }) cardData: Record<string, unknown>;
  @Column('text', { default: 'PRIVATE' }) visibility: 'PUBLIC' | 'PRIVATE';
  @Column('int', { name: 'latest_number', default: 0 }) latestNumber: number;
  @Index({ type: 'gin' })
  @Column({ type: 'tsvector', nullable: true, select: false, insert: false, update: false })
  search: string | null;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
  @UpdateDateColumn({ type: 'timestamptz', precision: 3, name: 'updated_at' }) updatedAt: Date;
  @DeleteDateColumn({ type: 'timestamptz', precision: 3, name: 'deleted_at' }) deletedAt: Date | null;
}
