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
import type { JobError, SweepCandidateState } from '../../job-types.js';
import { Advice } from './advice.entity.js';
import type { PromisedColumn } from './advice-candidate.entity.js';
import { Job } from './job.entity.js';
import { ModelVersion } from './model-version.entity.js';

/** How a candidate did on one split. */
export interface ScoreColumn {
  imageCount: number;
  accuracy: number;
  /** 95 % bootstrap interval. */
  accuracyInterval: [low: number, high: number];
}

/** A candidate against the best of its sweep, on the same test pictures. */
export interface ComparisonColumn {
  /** Its accuracy less that of the best. */
  difference: number;
  differenceInterval: [low: number, high: number];
  /** Two-sided mid-p McNemar test of no difference, and the same after Holm's correction for all candidates. */
  pValue: number;
  adjustedPValue: number;
  verdict: 'BETTER' | 'INDISTINGUISHABLE' | 'WORSE';
}

/** One way to adapt a model that a SWEEP job tries: base, strategy and parameters, and what came of it. */
@Entity('sweep_candidates')
@Check('sweep_candidates_ordinal_check', `ordinal >= 1`)
@Check('sweep_candidates_advice_check', `(advice_id IS NULL) = (advice_rank IS NULL)`)
@Check('sweep_candidates_state_check', `state IN ('PENDING', 'FITTED', 'STOPPED', 'FAILED', 'PUBLISHED')`)
export class SweepCandidate {
  @PrimaryColumn('uuid', { name: 'job_id' }) jobId: string;
  /** Place in the order in which they run, from 1. */
  @PrimaryColumn('int') ordinal: number;
  @ManyToOne(() => Job, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'job_id' })
  job: Relation<Job>;
  @Index()
  @ForeignKey(() => ModelVersion)
  @Column('uuid', { name: 'base_version_id' })
  baseVersionId: string;
  @Column('text') strategy: string;
  @Column('text', { name: 'strategy_version' }) strategyVersion: string;
  @Column('text', { name: 'strategy_package' }) strategyPackage: string;
  @Column('text', { name: 'strategy_package_version' }) strategyPackageVersion: string;
  @Column('text', { name: 'strategy_digest' }) strategyDigest: string;
  /** Validated, defaults filled in. */
  @Column('jsonb') parameters: Record<string, unknown>;
  /** The line of an advice that it is. */
  @Index()
  @ForeignKey(() => Advice)
  @Column('uuid', { nullable: true, name: 'advice_id' })
  adviceId: string | null;
  @Column('int', { nullable: true, name: 'advice_rank' }) adviceRank: number | null;
  /** Test accuracy as promised there. */
  @Column('jsonb', { nullable: true }) expected: PromisedColumn | null;
  @Column('text', { default: 'PENDING' }) state: SweepCandidateState;
  /** Why it was STOPPED, in words. */
  @Column('text', { nullable: true }) reason: string | null;
  /** Why it FAILED. */
  @Column('jsonb', { nullable: true }) error: JobError | null;
  /** Wall time of the attempt that ended it. */
  @Column('double precision', { nullable: true }) seconds: number | null;
  @Column('jsonb', { nullable: true }) validation: ScoreColumn | null;
  @Column('jsonb', { nullable: true }) test: ScoreColumn | null;
  /** Bit per test picture that counts, base64: whether it was named rightly. */
  @Column('text', { nullable: true, name: 'test_right' }) testRight: string | null;
  /** Null for the best itself, and until the sweep has ended. */
  @Column('jsonb', { nullable: true }) comparison: ComparisonColumn | null;
  /** What is published of it in the end; null once the job has ended. */
  @Column('jsonb', { nullable: true }) fit: object | null;
  @ForeignKey(() => ModelVersion)
  @Column('uuid', { nullable: true, name: 'version_id' })
  versionId: string | null;
}
