import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import type { DatasetVersionRow } from '../../zoo/datasets/dataset-rows.js';
import { connectionType } from '../connection.js';
import { Node, type NodeType } from '../node.js';
import { datasetVersionById } from './dataset-loaders.js';

@ObjectType('DatasetVersion', {
  implements: Node,
  description: 'An immutable, numbered version of a data set.',
  simpleResolvers: true,
})
export class DatasetVersionType extends Node implements DatasetVersionRow {
  datasetId: string;
  jobId: string | null;
  createdBy: string;
  @Field(() => Int, { description: 'Counts from 1 within the data set.' })
  number: number;
  @Field(() => Int, { description: 'Pictures of all splits.' })
  imageCount: number;
  @Field(() => GraphQLSafeInt, { description: 'Bytes of all files.' })
  sizeBytes: number;
  @Field(() => String, { description: 'Digest over paths and contents: equal digests mean equal files.' })
  digest: string;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was published.' })
  createdAt: Date;
}

export const DatasetVersionConnection = connectionType('DatasetVersion', () => DatasetVersionType);

export const datasetVersionNode: NodeType = {
  typeName: 'DatasetVersion',
  load: async (context, rowIds) =>
    (await datasetVersionById(context).loadMany(rowIds)) as (DatasetVersionRow | null)[],
};
