import { GraphQLJSONObject } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { PageArguments } from '../connection.js';
import { LaunchInput } from './launch.input.js';
import { JobKind, JobState } from './job.type.js';

@InputType('LaunchFineTuneInput', { description: 'A fine-tune to launch.' })
export class LaunchFineTuneInput extends LaunchInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'Id of an advice: model, data set, strategy and parameters are those of one of its lines, and are left out here.',
  })
  adviceId?: string | null;
  @Field(() => Int, { nullable: true, description: 'Which line of the advice, from 1.' })
  rank?: number | null;
  @Field(() => ID, {
    nullable: true,
    description: 'Id of the model version to adapt; required without an advice.',
  })
  baseVersionId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'Id of the data-set version to adapt it to; required without an advice.',
  })
  datasetVersionId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Name of a strategy; `strategies` lists them. Required without an advice.',
  })
  strategy?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Which version of it; by default the newest that the server or a worker has.',
  })
  strategyVersion?: string | null;
  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'Parameters of the strategy, as its `parametersSchema` says; what is left out takes its default.',
  })
  parameters?: Record<string, unknown> | null;
}

@InputType('CancelJobInput', { description: 'A job to cancel.' })
export class CancelJobInput {
  @Field(() => ID, { description: 'Id of the job.' })
  jobId: string;
}

@InputType('JobFilter', { description: 'Which jobs to list. Everything given must hold.' })
export class JobFilterInput {
  @Field(() => [JobState], { nullable: true, description: 'Any of these states.' })
  state?: (keyof typeof JobState)[] | null;
  @Field(() => JobKind, { nullable: true, description: 'What they do.' })
  kind?: keyof typeof JobKind | null;
  @Field(() => Boolean, { nullable: true, description: 'Those you launched, where you see others too.' })
  mine?: boolean | null;
  @Field(() => ID, { nullable: true, description: 'Those whose result is a version of this model.' })
  modelId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Those whose result is a version of this data set.' })
  datasetId?: string | null;
}

@ArgsType()
export class JobsArguments extends PageArguments {
  @Field(() => JobFilterInput, { nullable: true, description: 'Which jobs.' })
  filter?: JobFilterInput | null;
}
