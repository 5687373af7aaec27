import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from '../bigint-as-number.js';

/** Content-addressed bytes in the object store, written once. */
@Entity('blobs')
export class Blob {
  @PrimaryColumn('text') sha256: string;
  @Column('bigint', { name: 'size_bytes', transformer: bigintAsNumber }) sizeBytes: number;
  @CreateDateColumn({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt: Date;
  /** Set by garbage collection when nothing refers to it; deleted a day later unless a publish revives it. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true, name: 'condemned_at' })
  condemnedAt: Date | null;
}
