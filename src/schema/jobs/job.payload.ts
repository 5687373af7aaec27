import { Field, ObjectType } from 'type-graphql';
import type { JobRow } from '../../jobs/load-jobs.js';
import { resultOf } from '../failure.js';
import { JobType } from './job.type.js';

@ObjectType('LaunchFineTunePayload', {
  description: 'A fine-tune was launched; follow it with `jobEvents`.',
  simpleResolvers: true,
})
export class LaunchFineTunePayload {
  @Field(() => JobType, { description: 'The job; the first one, where the idempotency key was used before.' })
  job: JobRow;
}
export const LaunchFineTuneResult = resultOf('LaunchFineTune', () => LaunchFineTunePayload);

@ObjectType('CancelJobPayload', {
  description: 'A job was called off. A running one ends as soon as its worker hears of it.',
  simpleResolvers: true,
})
export class CancelJobPayload {
  @Field(() => JobType, { description: 'The job as it is now.' })
  job: JobRow;
}
export const CancelJobResult = resultOf('CancelJob', () => CancelJobPayload);
