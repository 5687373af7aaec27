import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { JobRow } from '../../jobs/load-jobs.js';
import type { DatasetRow, DatasetVersionRow } from '../../zoo/datasets/dataset-rows.js';
import type { LineageRow } from '../../zoo/models/lineage.js';
import type { GraphQLContext } from '../context.js';
import { JobType } from '../jobs/job.type.js';
import { LineageStepType } from '../models/model-version.type.js';
import { datasetById, datasetVersionById } from './dataset-loaders.js';
import { DatasetVersionType } from './dataset-version.type.js';
import { DatasetType } from './dataset.type.js';

/** What jobs say of data sets. */
@Resolver(() => JobType)
export class JobDatasetResolver {
  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description:
      'The pictures a model is adapted to; null for an import, or where you cannot see them any more.',
  })
  datasetVersion(
    @Root() job: JobRow,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetVersionRow | null> | null {
    return job.datasetVersionId === null ? null : datasetVersionById(context).load(job.datasetVersionId);
  }

  @FieldResolver(() => DatasetType, {
    nullable: true,
    description: 'The data set whose next version the import becomes; null for a fine-tune.',
  })
  dataset(@Root() job: JobRow, @Ctx() context: GraphQLContext): Promise<DatasetRow | null> | null {
    return job.targetDatasetId === null ? null : datasetById(context).load(job.targetDatasetId);
  }

  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description: 'The version that came of a completed import.',
  })
  resultDatasetVersion(
    @Root() job: JobRow,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetVersionRow | null> | null {
    return job.resultDatasetVersionId === null
      ? null
      : datasetVersionById(context).load(job.resultDatasetVersionId);
  }
}

/** What lineage says of data sets. */
@Resolver(() => LineageStepType)
export class LineageDatasetResolver {
  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description: 'The pictures the step was made with; null where there were none or you cannot see them.',
  })
  datasetVersion(
    @Root() step: LineageRow,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetVersionRow | null> | null {
    return step.datasetVersionId === null ? null : datasetVersionById(context).load(step.datasetVersionId);
  }
}
