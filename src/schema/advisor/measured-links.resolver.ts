import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { DatasetVersionRow } from '../../zoo/datasets/dataset-rows.js';
import type { ModelVersionRow } from '../../zoo/models/model-rows.js';
import type { GraphQLContext } from '../context.js';
import { datasetVersionById } from '../datasets/dataset-loaders.js';
import { DatasetVersionType } from '../datasets/dataset-version.type.js';
import { versionById } from '../models/model-loaders.js';
import { ModelVersionType } from '../models/model-version.type.js';
import { FrechetDistanceType, ModelMeasurementsType } from './advice-measurements.type.js';
import { ModelNotMeasuredType } from './advice.type.js';

/** What measurements say of models and data sets. */
@Resolver(() => ModelMeasurementsType)
export class ModelMeasurementsResolver {
  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'The model; null where you cannot see it any more.',
  })
  version(
    @Root() { versionId }: ModelMeasurementsType,
    @Ctx() context: GraphQLContext,
  ): Promise<ModelVersionRow | null> {
    return versionById(context).load(versionId);
  }
}

@Resolver(() => ModelNotMeasuredType)
export class ModelNotMeasuredResolver {
  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'The model; null where you cannot see it any more.',
  })
  version(
    @Root() { versionId }: ModelNotMeasuredType,
    @Ctx() context: GraphQLContext,
  ): Promise<ModelVersionRow | null> {
    return versionById(context).load(versionId);
  }
}

@Resolver(() => FrechetDistanceType)
export class FrechetDistanceResolver {
  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description: 'What the network was trained on; null where you cannot see it any more.',
  })
  datasetVersion(
    @Root() { datasetVersionId }: FrechetDistanceType,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetVersionRow | null> {
    return datasetVersionById(context).load(datasetVersionId);
  }
}
