import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { LineageRow } from '../../zoo/models/lineage.js';
import type { ModelVersionRow } from '../../zoo/models/model-rows.js';
import { connectionType } from '../connection.js';
import { Node, type NodeType } from '../node.js';
import { versionById } from './model-loaders.js';
import { ModelFormat } from './model-manifest.type.js';

export const LineageRelation = {
  FINETUNE: 'finetune',
  ADAPTER: 'adapter',
  MERGE: 'merge',
  QUANTIZED: 'quantized',
} as const;
registerEnumType(LineageRelation, {
  name: 'LineageRelation',
  description: 'How one version came from another; the hubs’ `base_model_relation`.',
  valuesConfig: {
    FINETUNE: { description: 'Trained further, in part or whole.' },
    ADAPTER: { description: 'A small addition trained beside it.' },
    MERGE: { description: 'Several merged into one.' },
    QUANTIZED: { description: 'The same in coarser numbers.' },
  },
});

@ObjectType('Metric', { description: 'One number of a version’s evaluation.', simpleResolvers: true })
export class MetricType {
  @Field(() => String, { description: 'For example accuracy, macroF1, expectedCalibrationError.' })
  name: string;
  @Field(() => Float, { description: 'Its value; fractions are in [0, 1].' })
  value: number;
}

@ObjectType('VersionFile', { description: 'A file of a version.', simpleResolvers: true })
export class VersionFileType {
  @Field(() => String, { description: 'Path within the version.' })
  path: string;
  @Field(() => String, { description: 'Digest of its bytes, in hex.' })
  sha256: string;
  @Field(() => GraphQLSafeInt, { description: 'Bytes.' })
  sizeBytes: number;
  @Field(() => String, { description: 'Where to GET it, relative to this server. Send your token along.' })
  url: string;
}

@ObjectType('ModelVersion', {
  implements: Node,
  description: 'An immutable, numbered version of a model.',
  simpleResolvers: true,
})
export class ModelVersionType extends Node implements ModelVersionRow {
  modelId: string;
  jobId: string | null;
  createdBy: string;
  @Field(() => Int, { description: 'Counts from 1 within the model.' })
  number: number;
  @Field(() => ModelFormat, { description: 'How the files are laid out.' })
  format: string;
  @Field(() => GraphQLSafeInt, { description: 'Weights of all layers.' })
  parameterCount: number;
  @Field(() => GraphQLSafeInt, { description: 'Bytes of all files.' })
  sizeBytes: number;
  @Field(() => String, { description: 'Digest over paths and contents: equal digests mean equal files.' })
  digest: string;
  @Field(() => String, { description: 'What the publisher wrote about it.' })
  notes: string;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was published.' })
  createdAt: Date;
}

@ObjectType('LineageStep', {
  description:
    'How one version came from another: the strategy is the edge. Shown only to who may see both ends.',
  simpleResolvers: true,
})
export class LineageStepType implements LineageRow {
  childVersionId: string;
  parentVersionId: string;
  datasetVersionId: string | null;
  jobId: string | null;
  strategyPackage: string | null;
  strategyPackageVersion: string | null;
  strategyDigest: string | null;
  @Field(() => LineageRelation, { description: 'What kind of step it was.' })
  relation: 'finetune' | 'adapter' | 'merge' | 'quantized';
  @Field(() => String, { nullable: true, description: 'Name of the strategy that made the child.' })
  strategy: string | null;
  @Field(() => String, { nullable: true, description: 'Version of the strategy.' })
  strategyVersion: string | null;
  @Field(() => GraphQLJSONObject, { nullable: true, description: 'What the strategy was told.' })
  parameters: Record<string, unknown> | null;
}

export const ModelVersionConnection = connectionType('ModelVersion', () => ModelVersionType);
export const LineageStepConnection = connectionType('LineageStep', () => LineageStepType);

export const modelVersionNode: NodeType = {
  typeName: 'ModelVersion',
  load: async (context, rowIds) =>
    (await versionById(context).loadMany(rowIds)) as (ModelVersionRow | null)[],
};
