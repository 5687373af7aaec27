import { GraphQLSafeInt } from 'graphql-scalars';
import { ArgsType, Field, Float, InputType, registerEnumType } from 'type-graphql';
import { PageArguments } from '../connection.js';
import { ModelFormat } from './model-manifest.type.js';
import { Visibility } from './model.type.js';

export const ModelOrder = {
  UPDATED: 'UPDATED',
  CREATED: 'CREATED',
  NAME: 'NAME',
  PARAMETERS: 'PARAMETERS',
  METRIC: 'METRIC',
  RELEVANCE: 'RELEVANCE',
} as const;
registerEnumType(ModelOrder, {
  name: 'ModelOrder',
  description: 'What models are ordered by.',
  valuesConfig: {
    UPDATED: { description: 'Last change, newest first.' },
    CREATED: { description: 'When they were made, newest first.' },
    NAME: { description: 'Name, from a to z.' },
    PARAMETERS: {
      description: 'Weights of the newest version, fewest first; models without a version are left out.',
    },
    METRIC: { description: 'The metric of `filter.metric`, highest first.' },
    RELEVANCE: { description: 'How well they fit `filter.search`, best first.' },
  },
});

export const Direction = { ASC: 'ASC', DESC: 'DESC' } as const;
registerEnumType(Direction, {
  name: 'Direction',
  description: 'Which end of an order comes first.',
  valuesConfig: {
    ASC: { description: 'Smallest, oldest or a first.' },
    DESC: { description: 'Largest, newest or z first.' },
  },
});

@InputType('CountRange', { description: 'A range of counts, both ends included.' })
export class CountRange {
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'At least.' })
  min?: number | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'At most.' })
  max?: number | null;
}

@InputType('MetricFilter', { description: 'A metric of the newest version, within a range.' })
export class MetricFilter {
  @Field(() => String, { description: 'For example accuracy.' })
  name: string;
  @Field(() => Float, { nullable: true, description: 'At least.' })
  min?: number | null;
  @Field(() => Float, { nullable: true, description: 'At most.' })
  max?: number | null;
}

@InputType('ModelFilter', { description: 'Which models to list. Everything given must hold.' })
export class ModelFilterInput {
  @Field(() => String, { nullable: true, description: 'Hub task id.' })
  task?: string | null;
  @Field(() => [String], { nullable: true, description: 'All of these tags.' })
  tags?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Any of these licences.' })
  licenses?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Name of the owner.' })
  owner?: string | null;
  @Field(() => Visibility, { nullable: true, description: 'Public or private ones only.' })
  visibility?: 'PUBLIC' | 'PRIVATE' | null;
  @Field(() => ModelFormat, { nullable: true, description: 'Format of the newest version.' })
  format?: string | null;
  @Field(() => CountRange, { nullable: true, description: 'Weights of the newest version.' })
  parameterCount?: CountRange | null;
  @Field(() => MetricFilter, { nullable: true, description: 'A metric of the newest version.' })
  metric?: MetricFilter | null;
  @Field(() => String, {
    nullable: true,
    description: '`owner/name` of a model they derive from, by lineage or by what their card says.',
  })
  baseModel?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Words of name, tags and card, as in a search engine: "phrases", -excluded, OR; owner/part too.',
  })
  search?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Your own deleted models instead, to restore them.' })
  deleted?: boolean | null;
}

@ArgsType()
export class ModelsArguments extends PageArguments {
  @Field(() => ModelFilterInput, { nullable: true, description: 'Which models.' })
  filter?: ModelFilterInput | null;
  @Field(() => ModelOrder, {
    nullable: true,
    description: 'RELEVANCE by default where there is a search, otherwise UPDATED.',
  })
  orderBy?: keyof typeof ModelOrder | null;
  @Field(() => Direction, { nullable: true, description: 'Instead of the order’s own direction.' })
  direction?: 'ASC' | 'DESC' | null;
}
