import { GraphQLDateTimeISO, GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { AttemptRow, JobRow } from '../../jobs/load-jobs.js';
import type { JobError, JobProgress, ProgressUnit as Unit } from '../../zoo/job-types.js';
import { connectionType } from '../connection.js';
import { ErrorCodeEnum } from '../failure.js';
import { Node, type NodeType } from '../node.js';
import { jobById } from './job-loaders.js';

export const JobKind = {
  FINE_TUNE: 'FINE_TUNE',
  DATASET_IMPORT: 'DATASET_IMPORT',
  ADVICE: 'ADVICE',
  TRANSFER_PROFILE: 'TRANSFER_PROFILE',
  SWEEP: 'SWEEP',
} as const;
registerEnumType(JobKind, {
  name: 'JobKind',
  description: 'What a job does.',
  valuesConfig: {
    FINE_TUNE: { description: 'Adapts a model to a data set; the result is a version of a model.' },
    DATASET_IMPORT: { description: 'Reads an archive of pictures; the result is a version of a data set.' },
    ADVICE: { description: 'Measures models on a data set and ranks what could be made of them.' },
    TRANSFER_PROFILE: {
      description: 'Measures, in the background, what the layers of a model version are worth on a data set.',
    },
    SWEEP: { description: 'Fits several candidates as one thing and compares them on the same pictures.' },
  },
});

export const JobState = {
  QUEUED: 'QUEUED',
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const;
registerEnumType(JobState, {
  name: 'JobState',
  description: 'Where a job stands. The last three are final.',
  valuesConfig: {
    QUEUED: { description: 'Waits for a worker, for the first time or again.' },
    RUNNING: { description: 'A worker is at it.' },
    COMPLETED: { description: 'Its result is published.' },
    FAILED: { description: 'It could not be done; `error` says why.' },
    CANCELLED: { description: 'Someone called it off.' },
  },
});

export const AttemptOutcome = {
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
  LOST: 'LOST',
} as const;
registerEnumType(AttemptOutcome, {
  name: 'AttemptOutcome',
  description: 'How one run of a job ended.',
  valuesConfig: {
    COMPLETED: { description: 'Its result was published.' },
    FAILED: { description: 'The work itself could not be done.' },
    CANCELLED: { description: 'The job was called off.' },
    LOST: { description: 'A machine or process failed or stopped; the job was given to another.' },
  },
});

@ObjectType('JobError', { description: 'Why a job or an attempt did not succeed.', simpleResolvers: true })
export class JobErrorType implements JobError {
  @Field(() => ErrorCodeEnum, { description: 'Stable code of the reason.' })
  code: keyof typeof ErrorCodeEnum;
  @Field(() => String, { description: 'What happened, and what to do.' })
  message: string;
}

export const ProgressUnit = { ITEMS: 'ITEMS', BYTES: 'BYTES' } as const;
registerEnumType(ProgressUnit, {
  name: 'ProgressUnit',
  description: 'What progress counts.',
  valuesConfig: {
    ITEMS: { description: 'Pictures, candidates, steps: things of the phase.' },
    BYTES: { description: 'Bytes fetched.' },
  },
});

@ObjectType('JobProgress', { description: 'What a job is doing.', simpleResolvers: true })
export class JobProgressType implements JobProgress {
  @Field(() => String, { description: 'What is being done now, in words.' })
  phase: string;
  @Field(() => Float, { description: 'How much of it is done, in `unit`.' })
  done: number;
  @Field(() => Float, { description: 'How much there is of it.' })
  total: number;
  @Field(() => ProgressUnit, { description: 'What `done` and `total` count.' })
  unit: Unit;
  @Field(() => Float, { nullable: true, description: 'Estimated seconds to the end of this phase.' })
  secondsLeft: number | null;
}

@ObjectType('JobAttempt', { description: 'One run of a job by one worker.', simpleResolvers: true })
export class JobAttemptType implements AttemptRow {
  jobId: string;
  workerId: string;
  @Field(() => Int, { description: 'Counts from 1 within the job.' })
  number: number;
  @Field(() => AttemptOutcome, { nullable: true, description: 'How it ended; null while it runs.' })
  outcome: AttemptRow['outcome'];
  @Field(() => JobErrorType, { nullable: true, description: 'Why it did not succeed.' })
  error: JobErrorType | null;
  @Field(() => GraphQLDateTimeISO, { description: 'When it began.' })
  startedAt: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it ended.' })
  endedAt: Date | null;
}

@ObjectType('MetricPoint', { description: 'A point of a curve.', simpleResolvers: true })
export class MetricPointType {
  @Field(() => Float, { description: 'Counts epochs, iterations or candidates, as the strategy does.' })
  step: number;
  @Field(() => Float, { description: 'The value there.' })
  value: number;
}

@ObjectType('MetricSeries', { description: 'A number that a job reports as it goes.', simpleResolvers: true })
export class MetricSeriesType {
  @Field(() => String, { description: 'What it measures.' })
  name: string;
  @Field(() => [MetricPointType], { description: 'Its newest 1,000 points, in the order reported.' })
  points: MetricPointType[];
}

@ObjectType('Job', {
  implements: Node,
  description: 'Work that someone launched. Seen by who launched it, and by admins.',
  simpleResolvers: true,
})
export class JobType extends Node implements JobRow {
  launchedBy: string;
  baseVersionId: string | null;
  datasetVersionId: string | null;
  targetModelId: string | null;
  targetDatasetId: string | null;
  resultModelVersionId: string | null;
  resultDatasetVersionId: string | null;
  strategyPackage: string | null;
  strategyPackageVersion: string | null;
  strategyDigest: string | null;
  adviceId: string | null;
  @Field(() => JobKind, { description: 'What it does.' })
  kind: JobRow['kind'];
  @Field(() => JobState, { description: 'Where it stands.' })
  state: JobRow['state'];
  @Field(() => String, { nullable: true, description: 'Name of the strategy of a fine-tune.' })
  strategy: string | null;
  @Field(() => String, { nullable: true, description: 'Version of the strategy.' })
  strategyVersion: string | null;
  @Field(() => GraphQLJSONObject, {
    description:
      'Parameters of the strategy, options of the import, or what an advice was asked (ids of the models that it measures, and its budget); defaults filled in.',
  })
  parameters: Record<string, unknown>;
  @Field(() => Int, {
    nullable: true,
    description: 'The line of the advice that it was launched by; null where it was launched by hand.',
  })
  adviceRank: number | null;
  @Field(() => Int, { description: 'Everything random in it depends on this.' })
  seed: number;
  @Field(() => String, { description: 'What its launcher wrote about it.' })
  notes: string;
  @Field(() => JobProgressType, { nullable: true, description: 'What it is doing; null before it begins.' })
  progress: JobProgressType | null;
  @Field(() => JobErrorType, { nullable: true, description: 'Why it failed.' })
  error: JobErrorType | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When someone asked to cancel it.' })
  cancelRequestedAt: Date | null;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was launched.' })
  createdAt: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When a worker first began.' })
  startedAt: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it ended.' })
  finishedAt: Date | null;
}

export const JobConnection = connectionType('Job', () => JobType);

export const jobNode: NodeType = {
  typeName: 'Job',
  load: async (context, rowIds) => (await jobById(context).loadMany(rowIds)) as (JobRow | null)[],
};
