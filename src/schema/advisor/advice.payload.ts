import { Field, ObjectType } from 'type-graphql';
import type { JobRow } from '../../jobs/load-jobs.js';
import { resultOf } from '../failure.js';
import { JobType } from '../jobs/job.type.js';

@ObjectType('AdvisePayload', {
  description:
    'The advisor is at it; follow the job with `jobEvents`, and read its `advice` when it has ended.',
  simpleResolvers: true,
})
export class AdvisePayload {
  @Field(() => JobType, { description: 'The job; the first one, where the idempotency key was used before.' })
  job: JobRow;
}
export const AdviseResult = resultOf('Advise', () => AdvisePayload);
