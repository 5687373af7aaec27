import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, InterfaceType, Int, ObjectType } from 'type-graphql';
import type { JobEventRow } from '../../jobs/events/job-events.js';
import { logOrdering } from '../../jobs/load-jobs.js';
import type { JobState as State, ProgressUnit as Unit } from '../../zoo/job-types.js';
import { encodeCursor } from '../../zoo/pagination/cursor.js';
import { JobErrorType, JobState, ProgressUnit } from './job.type.js';

/** A line of a job's log. */
@InterfaceType('JobEvent', {
  description: 'A line of a job’s log.',
  resolveType: (event: JobEvent) => event.__typename,
})
export abstract class JobEvent {
  __typename: string;
  @Field(() => String, { description: 'Its place in the log: give it as `after` to go on from here.' })
  cursor: string;
  @Field(() => Int, { description: 'Counts from 1 within the job, without gaps.' })
  seq: number;
  @Field(() => Int, { description: 'The attempt it belongs to; 0 before the first.' })
  attempt: number;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was written.' })
  createdAt: Date;
}

@ObjectType('JobStateEvent', {
  implements: JobEvent,
  description: 'The job’s state changed.',
  simpleResolvers: true,
})
export class JobStateEvent extends JobEvent {
  @Field(() => JobState, { description: 'What it is now.' })
  state: State;
  @Field(() => JobErrorType, { nullable: true, description: 'Why, where something went wrong.' })
  error: JobErrorType | null;
}

@ObjectType('JobProgressEvent', {
  implements: JobEvent,
  description: 'The job went on.',
  simpleResolvers: true,
})
export class JobProgressEvent extends JobEvent {
  @Field(() => String, { description: 'What is being done, in words.' })
  phase: string;
  @Field(() => Float, { description: 'How much of it is done.' })
  done: number;
  @Field(() => Float, { description: 'How much there is of it.' })
  total: number;
  @Field(() => ProgressUnit, { description: 'What `done` and `total` count.' })
  unit: Unit;
  @Field(() => Float, { nullable: true, description: 'Estimated seconds to the end of this phase.' })
  secondsLeft: number | null;
}

@ObjectType('JobMetricEvent', {
  implements: JobEvent,
  description: 'A point of a curve.',
  simpleResolvers: true,
})
export class JobMetricEvent extends JobEvent {
  @Field(() => String, { description: 'What was measured.' })
  name: string;
  @Field(() => Float, { description: 'Its value.' })
  value: number;
  @Field(() => Float, { description: 'Epoch, iteration or candidate.' })
  step: number;
}

@ObjectType('JobLogEvent', {
  implements: JobEvent,
  description: 'Something the strategy has to say.',
  simpleResolvers: true,
})
export class JobLogEvent extends JobEvent {
  @Field(() => String, { description: 'In words.' })
  message: string;
}

/** A row of the log as GraphQL shows it. */
export function toJobEvent(row: JobEventRow): JobEvent {
  const { payload } = row;
  const common = {
    cursor: encodeCursor(logOrdering, { cursor_0: String(row.seq) }),
    seq: row.seq,
    attempt: row.fence,
    createdAt: row.createdAt,
  };
  switch (row.type) {
    case 'state': {
      const error = payload['error'] ?? payload['because'] ?? null;
      return { __typename: 'JobStateEvent', ...common, state: payload['state'], error } as JobStateEvent;
    }
    case 'progress':
      return { __typename: 'JobProgressEvent', ...common, ...payload } as JobProgressEvent;
    case 'metric':
      return { __typename: 'JobMetricEvent', ...common, ...payload } as JobMetricEvent;
    case 'log':
      return { __typename: 'JobLogEvent', ...common, ...payload } as JobLogEvent;
  }
}
