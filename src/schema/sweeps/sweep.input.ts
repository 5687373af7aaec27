import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { LaunchInput } from '../jobs/launch.input.js';
import { SweepPublish } from './sweep.type.js';

@InputType('SweepCandidateInput', { description: 'One way to adapt a model, for a sweep to try.' })
export class SweepCandidateInput {
  @Field(() => ID, { description: 'Id of the model version to adapt.' })
  baseVersionId: string;
  @Field(() => String, { description: 'Name of a strategy; `strategies` lists them.' })
  strategy: string;
  @Field(() => String, {
    nullable: true,
    description: 'Which version of it; by default the newest that the server or a worker has.',
  })
  strategyVersion?: string | null;
  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'Parameters of the strategy; what is left out takes its default.',
  })
  parameters?: Record<string, unknown> | null;
}

@InputType('LaunchSweepInput', { description: 'A sweep to launch.' })
export class LaunchSweepInput extends LaunchInput {
  @Field(() => ID, { description: 'Id of the data-set version that all candidates are tried on.' })
  datasetVersionId: string;
  @Field(() => [SweepCandidateInput], {
    nullable: true,
    description: 'What to try; with lines of an advice at most 64.',
  })
  candidates?: SweepCandidateInput[] | null;
  @Field(() => ID, { nullable: true, description: 'Id of an advice whose first lines are tried as well.' })
  adviceId?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'How many lines of the advice, of those that can run; 5 by default.',
  })
  top?: number | null;
  @Field(() => SweepPublish, {
    nullable: true,
    description: 'Which of the fitted candidates become versions; BEST by default.',
  })
  publish?: keyof typeof SweepPublish | null;
}
