import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { JobRow } from '../../jobs/load-jobs.js';
import { bestByValidation } from '../../jobs/sweep/compare-candidates.js';
import type { SweepCandidateRow } from '../../jobs/sweep/load-sweeps.js';
import { sweepParameters } from '../../jobs/sweep/sweep-parameters.js';
import type { ModelVersionRow } from '../../zoo/models/model-rows.js';
import type { GraphQLContext } from '../context.js';
import { JobType } from '../jobs/job.type.js';
import { versionById } from '../models/model-loaders.js';
import { ModelVersionType } from '../models/model-version.type.js';
import { packageOf } from '../strategies/package-of.js';
import { StrategyPackageType } from '../strategies/strategy.type.js';
import { candidatesBySweep } from './sweep-loaders.js';
import {
  SweepCandidateType,
  SweepComparisonType,
  SweepScoreType,
  SweepType,
  type SweepRow,
} from './sweep.type.js';

@Resolver(() => JobType)
export class JobSweepResolver {
  @FieldResolver(() => SweepType, {
    nullable: true,
    description: 'What a sweep tries and what came of it so far; null for other jobs.',
  })
  async sweep(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<SweepRow | null> {
    if (job.kind !== 'SWEEP') return null;
    return {
      ...sweepParameters.parse(job.parameters),
      candidates: await candidatesBySweep(context).load(job.id),
    };
  }
}

@Resolver(() => SweepType)
export class SweepResolver {
  @FieldResolver(() => [SweepCandidateType], { description: 'All of them, in the order in which they run.' })
  candidates(@Root() { candidates }: SweepRow): SweepCandidateType[] {
    return candidates as SweepCandidateType[];
  }

  @FieldResolver(() => SweepCandidateType, {
    nullable: true,
    description:
      'The best so far, by its accuracy on the validation pictures; the test pictures have no say. Null before any is fitted.',
  })
  best(@Root() { candidates }: SweepRow): SweepCandidateType | null {
    return (bestByValidation(candidates) ?? null) as SweepCandidateType | null;
  }
}

@Resolver(() => SweepCandidateType)
export class SweepCandidateResolver {
  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'The version that it adapts; null where you cannot see it any more.',
  })
  base(@Root() row: SweepCandidateRow, @Ctx() context: GraphQLContext): Promise<ModelVersionRow | null> {
    return versionById(context).load(row.baseVersionId);
  }

  @FieldResolver(() => StrategyPackageType, {
    nullable: true,
    description: 'The build of the strategy that it is bound to; only that one runs it.',
  })
  strategyPackage(@Root() row: SweepCandidateRow): StrategyPackageType | null {
    return packageOf(row);
  }

  @FieldResolver(() => SweepScoreType, {
    nullable: true,
    description: 'On the validation pictures, by which the best is chosen; null where it was not fitted.',
  })
  validation(@Root() { validation }: SweepCandidateRow): SweepScoreType | null {
    return validation === null ? null : SweepScoreType.of(validation);
  }

  @FieldResolver(() => SweepScoreType, {
    nullable: true,
    description: 'On the test pictures, which decide nothing; null where it was not fitted.',
  })
  test(@Root() { test }: SweepCandidateRow): SweepScoreType | null {
    return test === null ? null : SweepScoreType.of(test);
  }

  @FieldResolver(() => SweepComparisonType, {
    nullable: true,
    description: 'Against the best; null for the best itself, and before the sweep has ended.',
  })
  comparison(@Root() { comparison }: SweepCandidateRow): SweepComparisonType | null {
    return comparison === null ? null : SweepComparisonType.of(comparison);
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'The version that it became; null where it became none, or you cannot see it any more.',
  })
  version(
    @Root() row: SweepCandidateRow,
    @Ctx() context: GraphQLContext,
  ): Promise<ModelVersionRow | null> | null {
    return row.versionId === null ? null : versionById(context).load(row.versionId);
  }
}
