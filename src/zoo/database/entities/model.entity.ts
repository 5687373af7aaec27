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

/** A named line of versions, `owner/name`. What a version holds is immutable; the card and the rest here can be edited. */
@Entity('models')
@Index(['createdAt', 'id'])
@Index(['updatedAt', 'id'])
@Index(['name', 'id'])
@Index('models_name_trgm_idx', { synchronize: false })
@Check('models_name_check', `name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$'`)
@Check('models_visibility_check', `visibility IN ('PUBLIC', 'PRIVATE')`)
@Check('models_latest_number_check', `latest_number >= 0`)
@Unique('models_owner_name', ['ownerId', 'name'])
export class Model {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'owner_id' }) ownerId: string;
  @ManyToOne(() => Account, { nullable: false }) @JoinColumn({ name: 'owner_id' }) owner: Relation<Account>;
  @Column({ type: 'text', collation: 'C' }) name: string;
  /** Hub task id (`pipeline_tag`), for example `image-classification`. */
  @Index() @Column('text') task: string;
  /** SPDX id in lower case, as the hubs write it. */
  @Index() @Column('text', { nullable: true }) license: string | null;
  @Index({ type: 'gin' })
  @Column('text', { array: true, default: () => "'{}'" })
  tags: string[];
  /** Markdown with YAML front matter, exactly as written (README.md). */
  @Column('text', { default: '' }) card: string;
  /** The card's front matter, parsed; unknown keys kept. */
  @Column('jsonb', { name: 'card_data', default: () => "'{}'" }) cardData: Record<string, unknown>;
  @Column('text', { default: 'PRIVATE' }) visibility: 'PUBLIC' | 'PRIVATE';
  /** Number of the newest version; 0 while there is none. Raised under the row lock of a publish. */
  @Column('int', { name: 'latest_number', default: 0 }) latestNumber: number;
  /** Filled by a trigger from name, tags and card. */
  @Index({ type: 'gin' })
  @Column({ type: 'tsvector', nullable: true, select: false, insert: false, update: false })
  search: string | null;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
  @UpdateDateColumn({ type: 'timestamptz', precision: 3, name: 'updated_at' }) updatedAt: Date;
  @DeleteDateColumn({ type: 'timestamptz', precision: 3, name: 'deleted_at' }) deletedAt: Date | null;
}
