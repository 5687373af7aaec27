import { Check, Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from '../bigint-as-number.js';

/** Content-addressed bytes in the object store, written once. */
@Entity('blobs')
@Check('blobs_sha256_check', `sha256 ~ '^[0-9a-f]{64}$'`)
@Check('blobs_size_bytes_check', `size_bytes >= 0`)
export class Blob {
  @PrimaryColumn('text') sha256: string;
  @Column('bigint', { name: 'size_bytes', transformer: bigintAsNumber }) sizeBytes: number;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
  /** Set by garbage collection when nothing refers to it; deleted a day later unless a publish revives it. */
  @Index({ where: 'condemned_at IS NOT NULL' })
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'condemned_at' })
  condemnedAt: Date | null;
}
