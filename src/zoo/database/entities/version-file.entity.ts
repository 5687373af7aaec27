import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { bigintAsNumber } from '../bigint-as-number.js';
import { ModelVersion } from './model-version.entity.js';
import { Blob } from './blob.entity.js';

/** A path of a model version and the blob it names. */
@Entity('version_files')
@Check(
  'version_files_path_check',
  `path <> '' AND path !~ '(^|/)[.]{0,2}(/|$)' AND strpos(path, chr(92)) = 0`,
)
@Check('version_files_size_bytes_check', `size_bytes >= 0`)
export class VersionFile {
  @PrimaryColumn('uuid', { name: 'version_id' }) versionId: string;
  @PrimaryColumn('text') path: string;
  @ManyToOne(() => ModelVersion, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'version_id' })
  version: Relation<ModelVersion>;
  @Index() @Column('text') sha256: string;
  @ManyToOne(() => Blob, { nullable: false }) @JoinColumn({ name: 'sha256' }) blob: Relation<Blob>;
  @Column('bigint', { name: 'size_bytes', transformer: bigintAsNumber }) sizeBytes: number;
}
