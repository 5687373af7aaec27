import { Check, Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Who owns things and who acts: a person's or service's account, or an organization that only owns. */
@Entity('accounts')
@Check('accounts_name_check', `name ~ '^[a-z0-9][a-z0-9._-]*$'`)
@Check('accounts_kind_check', `kind IN ('USER', 'ORGANIZATION')`)
@Check('accounts_role_check', `role IN ('ADMIN', 'MEMBER')`)
export class Account {
  @PrimaryGeneratedColumn('uuid') id: string;
  /** Lower-case handle, the `owner` in `owner/name`. */
  @Column('text', { unique: true }) name: string;
  @Column('text') kind: 'USER' | 'ORGANIZATION';
  /** ADMIN sees and changes everything; MEMBER what is public or their own. */
  @Column('text', { default: 'MEMBER' }) role: 'ADMIN' | 'MEMBER';
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
}
