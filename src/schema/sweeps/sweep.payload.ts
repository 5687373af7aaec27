import { Field, ObjectType } from 'type-graphql';
import type { JobRow } from '../../jobs/load-jobs.js';
import { resultOf } from '../failure.js';
import { JobType } from '../jobs/job.type.js';

@ObjectType('LaunchSweepPayload', {
  description: 'A sweep was launched; follow it with `jobEvents`, and read its table in `Job.sweep`.',
  simpleResolvers: true,
})
export class LaunchSweepPayload {
  @Field(() => JobType, { description: 'The job; the first one, where the idempotency key was used before.' })
  job: JobRow;
}
export const LaunchSweepResult = resultOf('LaunchSweep', () => LaunchSweepPayload);
