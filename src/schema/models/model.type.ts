import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { ModelRow } from '../../zoo/models/model-rows.js';
import { connectionType } from '../connection.js';
import { Node, type NodeType } from '../node.js';
import { modelById } from './model-loaders.js';

export const Visibility = { PUBLIC: 'PUBLIC', PRIVATE: 'PRIVATE' } as const;
registerEnumType(Visibility, {
  name: 'Visibility',
  description: 'Who sees a model or a data set.',
  valuesConfig: {
    PUBLIC: { description: 'Everyone who may read the zoo.' },
    PRIVATE: { description: 'Its owner and admins.' },
  },
});

@ObjectType('Alias', { description: 'A movable name of a version.', simpleResolvers: true })
export class AliasType {
  versionId: string;
  @Field(() => String, { description: 'Lower-case; `latest` is no alias but always means the newest.' })
  name: string;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was last pointed somewhere.' })
  updatedAt: Date;
}

@ObjectType('Model', {
  implements: Node,
  description: 'A named line of versions, `owner/name`.',
  simpleResolvers: true,
})
export class ModelType extends Node implements ModelRow {
  ownerId: string;
  ownerName: string;
  ownerKind: 'USER' | 'ORGANIZATION';
  ownerCreatedAt: Date;
  @Field(() => String, { description: 'Unique under its owner.' })
  name: string;
  @Field(() => String, { description: 'Hub task id, for example image-classification.' })
  task: string;
  @Field(() => String, { nullable: true, description: 'Licence id in lower case, for example apache-2.0.' })
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

export const ModelConnection = connectionType('Model', () => ModelType);

export const modelNode: NodeType = {
  typeName: 'Model',
  load: async (context, rowIds) => (await modelById(context).loadMany(rowIds)) as (ModelRow | null)[],
};
