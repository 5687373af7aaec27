import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { bigintAsNumber } from '../bigint-as-number.js';
import { Blob } from './blob.entity.js';
import { DatasetVersion } from './dataset-version.entity.js';

/** A path of a data-set version (`index.json`, `shards/00000.tar`, `report.json`) and the blob it names. */
@Entity('dataset_version_files')
@Check(
  'dataset_version_files_path_check',
  `path <> '' AND path !~ '(^|/)[.]{0,2}(/|$)' AND strpos(path, chr(92)) = 0`,
)
@Check('dataset_version_files_size_bytes_check', `size_bytes >= 0`)
export class DatasetVersionFile {
  @PrimaryColumn('uuid', { name: 'version_id' }) versionId: string;
  @PrimaryColumn('text') path: string;
  @ManyToOne(() => DatasetVersion, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'version_id' })
  version: Relation<DatasetVersion>;
  @Index() @Column('text') sha256: string;
  @ManyToOne(() => Blob, { nullable: false }) @JoinColumn({ name: 'sha256' }) blob: Relation<Blob>;
  @Column('bigint', { name: 'size_bytes', transformer: bigintAsNumber }) sizeBytes: number;
}
