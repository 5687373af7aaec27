import { ArgsType, Field, InputType, registerEnumType } from 'type-graphql';
import { PageArguments } from '../connection.js';
import { Direction } from '../models/model.args.js';
import { Visibility } from '../models/model.type.js';

export const DatasetOrder = {
  UPDATED: 'UPDATED',
  CREATED: 'CREATED',
  NAME: 'NAME',
  RELEVANCE: 'RELEVANCE',
} as const;
registerEnumType(DatasetOrder, {
  name: 'DatasetOrder',
  description: 'What data sets are ordered by.',
  valuesConfig: {
    UPDATED: { description: 'Last change, newest first.' },
    CREATED: { description: 'When they were made, newest first.' },
    NAME: { description: 'Name, from a to z.' },
    RELEVANCE: { description: 'How well they fit `filter.search`, best first.' },
  },
});

@InputType('DatasetFilter', { description: 'Which data sets to list. Everything given must hold.' })
export class DatasetFilterInput {
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
  @Field(() => String, {
    nullable: true,
    description:
      'Words of name, tags and card, as in a search engine: "phrases", -excluded, OR; owner/part too.',
  })
  search?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Your own deleted data sets instead, to restore them.',
  })
  deleted?: boolean | null;
}

@ArgsType()
export class DatasetsArguments extends PageArguments {
  @Field(() => DatasetFilterInput, { nullable: true, description: 'Which data sets.' })
  filter?: DatasetFilterInput | null;
  @Field(() => DatasetOrder, {
    nullable: true,
    description: 'RELEVANCE by default where there is a search, otherwise UPDATED.',
  })
  orderBy?: keyof typeof DatasetOrder | null;
  @Field(() => Direction, { nullable: true, description: 'Instead of the order’s own direction.' })
  direction?: 'ASC' | 'DESC' | null;
}
