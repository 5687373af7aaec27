import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { DatasetProfileRow, TransferProfileRow } from '../../jobs/advice/transfer-profile.js';
import type { DatasetVersionRow } from '../../zoo/datasets/dataset-rows.js';
import type { ModelRow, ModelVersionRow } from '../../zoo/models/model-rows.js';
import type { GraphQLContext } from '../context.js';
import { datasetVersionById } from '../datasets/dataset-loaders.js';
import { DatasetVersionType } from '../datasets/dataset-version.type.js';
import { latestVersionByModel } from '../models/model-loaders.js';
import { ModelVersionType } from '../models/model-version.type.js';
import { ModelType } from '../models/model.type.js';
import { transferProfileByVersion } from './advice-loaders.js';
import { firstOf } from './first-of.js';
import { DatasetTransferProfileType, TransferProfileType } from './transfer-profile.type.js';

@Resolver(() => ModelVersionType)
export class VersionTransferProfileResolver {
  @FieldResolver(() => TransferProfileType, {
    nullable: true,
    description: 'What its layers are worth on the data sets that you may see; null before any was measured.',
  })
  transferProfile(
    @Root() version: ModelVersionRow,
    @Ctx() context: GraphQLContext,
  ): Promise<TransferProfileRow | null> {
    return transferProfileByVersion(context).load(version.id);
  }
}

@Resolver(() => ModelType)
export class ModelTransferProfileResolver {
  @FieldResolver(() => TransferProfileType, {
    nullable: true,
    description: 'The transfer profile of its newest version; null before any data set was measured.',
  })
  async transferProfile(
    @Root() model: ModelRow,
    @Ctx() context: GraphQLContext,
  ): Promise<TransferProfileRow | null> {
    const version = model.latestNumber === 0 ? null : await latestVersionByModel(context).load(model.id);
    return version === null ? null : transferProfileByVersion(context).load(version.id);
  }
}

@Resolver(() => TransferProfileType)
export class TransferProfileResolver {
  @FieldResolver(() => [DatasetTransferProfileType], {
    description: 'By data set, the newest measured first.',
  })
  datasets(
    @Root() { datasets }: TransferProfileRow,
    @Arg('first', () => Int, { nullable: true, description: 'How many, 1 to 100; 20 by default.' })
    first: number | null,
  ): DatasetProfileRow[] {
    return firstOf(datasets, first);
  }
}

@Resolver(() => DatasetTransferProfileType)
export class DatasetTransferProfileResolver {
  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description: 'The pictures; null where they were taken from your sight meanwhile.',
  })
  datasetVersion(
    @Root() { datasetVersionId }: DatasetProfileRow,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetVersionRow | null> {
    return datasetVersionById(context).load(datasetVersionId);
  }
}
