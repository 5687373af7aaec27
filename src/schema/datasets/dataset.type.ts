import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { DatasetRow } from '../../zoo/datasets/dataset-rows.js';
import { connectionType } from '../connection.js';
import { Visibility } from '../models/model.type.js';
import { Node, type NodeType } from '../node.js';
import { datasetById } from './dataset-loaders.js';

@ObjectType('Dataset', {
  implements: Node,
  description: 'A named line of data-set versions, `owner/name`.',
  simpleResolvers: true,
})
export class DatasetType extends Node implements DatasetRow {
  ownerId: string;
  ownerName: string;
  @Field(() => String, { description: 'Unique under its owner.' })
  name: string;
  @Field(() => String, { description: 'Hub task id its labels are for, for example image-classification.' })
  task: string;
  @Field(() => String, { nullable: true, description: 'Licence id in lower case, for example cc0-1.0.' })
  license: string | null;
  @Field(() => [String], { description: 'Tags.' })
  tags: string[];
  @Field(() => Visibility, { description: 'Who sees it.' })
  visibility: 'PUBLIC' | 'PRIVATE';
  latestNumber: number;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was made.' })
  createdAt: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'When it or its newest version last changed.' })
  updatedAt: Date;
  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description:
      'When it was deleted; null while it is there. Only its owner sees deleted ones, to restore them.',
  })
  deletedAt: Date | null;
}

export const DatasetConnection = connectionType('Dataset', () => DatasetType);

export const datasetNode: NodeType = {
  typeName: 'Dataset',
  load: async (context, rowIds) => (await datasetById(context).loadMany(rowIds)) as (DatasetRow | null)[],
};
