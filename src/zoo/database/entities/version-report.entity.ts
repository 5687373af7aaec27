import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { TableCell, VersionReport as Report } from '../../../learning/reports/version-report.js';
import { ModelVersion } from './model-version.entity.js';

/** A table or picture that a strategy shows with the version it made. Its file is `reports/<name>.json`, or `.png`. */
@Entity('version_reports')
@Check('version_reports_name_check', `name ~ '^[a-z0-9-]{1,64}$'`)
@Check(
  'version_reports_kind_check',
  `(kind = 'table' AND columns IS NOT NULL AND rows IS NOT NULL AND alt IS NULL)
   OR (kind = 'picture' AND columns IS NULL AND rows IS NULL AND alt IS NOT NULL)`,
)
export class VersionReport {
  @PrimaryColumn('uuid', { name: 'version_id' }) versionId: string;
  @PrimaryColumn('text') name: string;
  @ManyToOne(() => ModelVersion, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'version_id' })
  version: Relation<ModelVersion>;
  @Column('text') kind: Report['kind'];
  @Column('text') title: string;
  /** Of a picture. */
  @Column('text', { nullable: true }) alt: string | null;
  /** Of a table, here too so that lists and pages need no file. */
  @Column('jsonb', { nullable: true }) columns: string[] | null;
  @Column('jsonb', { nullable: true }) rows: TableCell[][] | null;
}
