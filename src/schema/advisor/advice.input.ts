import { Field, ID, InputType, Int } from 'type-graphql';
import { GraphQLJSONObject } from 'graphql-scalars';

@InputType('AdviseInput', { description: 'What to ask the advisor.' })
export class AdviseInput {
  @Field(() => ID, { description: 'Id of the data-set version that a model is wanted for.' })
  datasetVersionId: string;
  @Field(() => [ID], {
    nullable: true,
    description:
      'Ids of the model versions to compare, at most 32; left out: the newest version of every model that you can see.',
  })
  baseVersionIds?: string[] | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Seconds that measuring may take, at least 5; 120 by default.',
  })
  budgetSeconds?: number | null;
  @Field(() => Int, { nullable: true, description: 'Which pictures come first depends on it; 1 by default.' })
  seed?: number | null;
  @Field(() => String, { nullable: true, description: 'Sent again, it returns the first job.' })
  idempotencyKey?: string | null;
}

@InputType('EstimateInput', { description: 'A fine-tune that might be launched.' })
export class EstimateInput {
  @Field(() => ID, { description: 'Id of the model version to adapt.' })
  baseVersionId: string;
  @Field(() => ID, { description: 'Id of the data-set version to adapt it to.' })
  datasetVersionId: string;
  @Field(() => String, { description: 'Name of a strategy; `strategies` lists them.' })
  strategy: string;
  @Field(() => String, { nullable: true, description: 'Which version of it; by default the newest.' })
  strategyVersion?: string | null;
  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'Parameters of the strategy; what is left out takes its default.',
  })
  parameters?: Record<string, unknown> | null;
}
