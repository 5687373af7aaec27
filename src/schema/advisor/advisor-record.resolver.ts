import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { advisorRecord } from '../../jobs/advice/advisor-record.js';
import type { AdviceRow } from '../../jobs/advice/load-advices.js';
import type { RecordedOutcome } from '../../jobs/advice/recorded-outcomes.js';
import type { JobRow } from '../../jobs/load-jobs.js';
import type { GraphQLContext } from '../context.js';
import { jobById } from '../jobs/job-loaders.js';
import { JobType } from '../jobs/job.type.js';
import { adviceById } from './advice-loaders.js';
import { AdviceType } from './advice.type.js';
import { AdvisorRecordType, CalibrationType, RecordedOutcomeType } from './advisor-record.type.js';
import { firstOf } from './first-of.js';

@Resolver(() => AdvisorRecordType)
export class AdvisorRecordResolver {
  @Query(() => AdvisorRecordType, {
    description:
      'Whether the advisor kept its promises: were 80 % intervals right 80 % of the time, was the promised order right. Over the advices and jobs that you may see; everybody’s for an admin.',
  })
  async advisorRecord(@Ctx() { zoo, principal }: GraphQLContext): Promise<AdvisorRecordType> {
    const { calibration, families, ...rest } = await advisorRecord(zoo.database, principal);
    return {
      ...rest,
      calibration: CalibrationType.of(calibration),
      families: families.map(({ family, calibration: ofFamily }) => ({
        family,
        calibration: CalibrationType.of(ofFamily),
      })),
    };
  }

  @FieldResolver(() => [RecordedOutcomeType], { description: 'The newest outcomes, newest first.' })
  newest(
    @Root() { newest }: AdvisorRecordType,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 100; 20 by default.' })
    first: number | null,
  ): RecordedOutcome[] {
    return firstOf(newest, first);
  }
}

@Resolver(() => RecordedOutcomeType)
export class RecordedOutcomeResolver {
  @FieldResolver(() => AdviceType, { description: 'The advice that promised it.' })
  advice(@Root() { adviceId }: RecordedOutcome, @Ctx() context: GraphQLContext): Promise<AdviceRow | null> {
    return adviceById(context).load(adviceId);
  }

  @FieldResolver(() => JobType, { description: 'The job that followed.' })
  job(@Root() { jobId }: RecordedOutcome, @Ctx() context: GraphQLContext): Promise<JobRow | null> {
    return jobById(context).load(jobId);
  }
}
