import {
  Check,
  Column,
  Entity,
  ForeignKey,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { bigintAsNumber } from '../bigint-as-number.js';
import { Advice } from './advice.entity.js';
import { ModelVersion } from './model-version.entity.js';

/** A value and the interval that it lies in four times out of five. */
export interface PromisedColumn {
  value: number;
  low: number;
  high: number;
}

/** A line of an advice: what to launch, and what was promised of it. */
@Entity('advice_candidates')
@Index(['versionId', 'strategy'])
@Check('advice_candidates_rank_check', `rank >= 1`)
export class AdviceCandidate {
  @PrimaryColumn('uuid', { name: 'advice_id' }) adviceId: string;
  /** From 1. */
  @PrimaryColumn('int') rank: number;
  @ManyToOne(() => Advice, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'advice_id' })
  advice: Relation<Advice>;
  @ForeignKey(() => ModelVersion)
  @Column('uuid', { name: 'version_id' })
  versionId: string;
  @Column('text') strategy: string;
  /** Null: the newest there is when it is launched. */
  @Column('text', { nullable: true, name: 'strategy_version' }) strategyVersion: string | null;
  /** As a launch takes them. */
  @Column('jsonb') parameters: Record<string, unknown>;
  /** As a job of it carries them, defaults filled in; null where the strategy could not be asked. */
  @Column('jsonb', { nullable: true, name: 'launched_parameters' })
  launchedParameters: Record<string, unknown> | null;
  @Column('text', { nullable: true }) layer: string | null;
  @Column('jsonb', { nullable: true }) accuracy: PromisedColumn | null;
  /** The same before the track record corrected it: what corrections are learnt from. */
  @Column('jsonb', { nullable: true }) uncorrected: PromisedColumn | null;
  @Column('jsonb', { nullable: true }) seconds: PromisedColumn | null;
  @Column('bigint', { nullable: true, name: 'peak_memory_bytes', transformer: bigintAsNumber })
  peakMemoryBytes: number | null;
  @Column('bigint', { nullable: true, name: 'stored_bytes', transformer: bigintAsNumber })
  storedBytes: number | null;
  @Column('text') reason: string;
  @Column('jsonb') warnings: string[];
}
