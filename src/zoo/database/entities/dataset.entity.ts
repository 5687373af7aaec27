import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
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
@Unique('datasets_owner_name', ['ownerId', 'name'])
export class Dataset {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'owner_id' }) ownerId: string;
  @ManyToOne(() => Account, { nullable: false }) @JoinColumn({ name: 'owner_id' }) owner: Relation<Account>;
  @Column('text') name: string;
  @Column('text', { default: 'image-classification' }) task: string;
  @Column('text', { nullable: true }) license: string | null;
  @Column('text', { array: true, default: () => "'{}'" }) tags: string[];
  @Column('text', { default: '' }) card: string;
  @Column('jsonb', { name: 'card_data', default: () => "'{}'" }) cardData: Record<string, unknown>;
  @Column('text', { default: 'PRIVATE' }) visibility: 'PUBLIC' | 'PRIVATE';
  @Column('int', { name: 'latest_number', default: 0 }) latestNumber: number;
  @Column({ type: 'tsvector', nullable: true, select: false, insert: false, update: false }) search:
    string | null;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
  @UpdateDateColumn({ type: 'timestamptz', precision: 3, name: 'updated_at' }) updatedAt: Date;
  @DeleteDateColumn({ type: 'timestamptz', precision: 3, name: 'deleted_at' }) deletedAt: Date | null;
}
