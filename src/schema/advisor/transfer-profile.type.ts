import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type {
  DatasetProfileRow,
  ProfileCutRow,
  ProfilePointRow,
  TransferProfileRow,
} from '../../jobs/advice/transfer-profile.js';
import { TransferabilityScoresType } from './cut-measurements.type.js';

@ObjectType('TransferProfileCut', {
  description: 'A place where the network was cut for its profile.',
  simpleResolvers: true,
})
export class TransferProfileCutType implements ProfileCutRow {
  @Field(() => String, { description: 'The layer after which the network is cut.' })
  layer: string;
  @Field(() => Float, { description: 'Share of the network’s parameters up to and including it, 0 to 1.' })
  depth: number;
  @Field(() => Int, { description: 'Features of a picture: channels, averaged over height and width.' })
  featureDim: number;
  @Field(() => Boolean, { description: 'Whether strategies compare this cut when none is named.' })
  isCandidate: boolean;
}

@ObjectType('TransferProfilePoint', {
  description: 'What the features of one cut are worth on one data set.',
  simpleResolvers: true,
})
export class TransferProfilePointType implements ProfilePointRow {
  @Field(() => String, { description: 'The layer after which the network is cut.' })
  layer: string;
  @Field(() => Float, { description: 'Share of the network’s parameters up to and including it, 0 to 1.' })
  depth: number;
  @Field(() => Int, { description: 'Training pictures that it was measured on.' })
  pictures: number;
  @Field(() => TransferabilityScoresType, { description: 'The scores.' })
  scores: ProfilePointRow['scores'];
  @Field(() => Float, {
    nullable: true,
    description:
      'Shift of the channels at the last batch normalization up to here, in stored standard deviations; null where there is none.',
  })
  batchNormShift: number | null;
}

@ObjectType('DatasetTransferProfile', {
  description: 'A model version on one data set, by depth.',
  simpleResolvers: true,
})
export class DatasetTransferProfileType implements DatasetProfileRow {
  datasetVersionId: string;
  @Field(() => GraphQLDateTimeISO, { description: 'When its newest point was measured.' })
  measuredAt: Date;
  @Field(() => [TransferProfilePointType], {
    description: 'Input to output; cuts without numbers are left out.',
  })
  points: TransferProfilePointType[];
}

@ObjectType('TransferProfile', {
  description:
    'What the layers of a model version are worth on data sets that you may see. It is filled in the background; versions that are equal up to a cut share its numbers.',
  simpleResolvers: true,
})
export class TransferProfileType implements Omit<TransferProfileRow, 'datasets'> {
  versionId: string;
  @Field(() => [TransferProfileCutType], { description: 'Where it was cut, input to output.' })
  cuts: TransferProfileCutType[];
}
