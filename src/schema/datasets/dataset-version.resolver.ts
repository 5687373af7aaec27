import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { JobRow } from '../../jobs/load-jobs.js';
import type { DatasetRow, DatasetVersionRow } from '../../zoo/datasets/dataset-rows.js';
import type { GraphQLContext } from '../context.js';
import { jobById } from '../jobs/job-loaders.js';
import { JobType } from '../jobs/job.type.js';
import { VersionFileType } from '../models/model-version.type.js';
import { datasetById, datasetManifestById, filesByDatasetVersion } from './dataset-loaders.js';
import { DatasetClassType, DatasetManifestType } from './dataset-manifest.type.js';
import { DatasetVersionType } from './dataset-version.type.js';
import { DatasetType } from './dataset.type.js';

@Resolver(() => DatasetVersionType)
export class DatasetVersionResolver {
  @FieldResolver(() => DatasetType, { description: 'The data set it is a version of.' })
  dataset(@Root() version: DatasetVersionRow, @Ctx() context: GraphQLContext): Promise<DatasetRow | null> {
    return datasetById(context).load(version.datasetId);
  }

  @FieldResolver(() => [DatasetClassType], { description: 'Its classes with what each split has of them.' })
  async classes(
    @Root() version: DatasetVersionRow,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetClassType[]> {
    const manifest = (await datasetManifestById(context).load(version.id))?.manifest;
    if (manifest === undefined) return [];
    const { train, validation, test } = manifest.splits;
    return manifest.classes.map((name, label) => ({
      name,
      label,
      train: train.perClass[label] ?? 0,
      validation: validation.perClass[label] ?? 0,
      test: test.perClass[label] ?? 0,
    }));
  }

  @FieldResolver(() => DatasetManifestType, { description: 'What the import found out about it.' })
  async manifest(
    @Root() version: DatasetVersionRow,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetManifestType | null> {
    const found = await datasetManifestById(context).load(version.id);
    return found === null ? null : DatasetManifestType.of(found.manifest);
  }

  @FieldResolver(() => [VersionFileType], {
    description:
      'Its files, by path: index.json, report.json and the shards, which are tars of the pictures.',
  })
  async files(
    @Root() version: DatasetVersionRow,
    @Ctx() context: GraphQLContext,
  ): Promise<VersionFileType[]> {
    const files = await filesByDatasetVersion(context).load(version.id);
    const dataset = await datasetById(context).load(version.datasetId);
    if (dataset === null) return [];
    const folder = `/datasets/${dataset.ownerName}/${dataset.name}/resolve/${version.number}`;
    return files.map((file) => ({ ...file, url: `${folder}/${file.path}` }));
  }

  @FieldResolver(() => JobType, {
    nullable: true,
    description: 'The import that made it; null where it is not visible to you.',
  })
  job(@Root() version: DatasetVersionRow, @Ctx() context: GraphQLContext): Promise<JobRow | null> | null {
    return version.jobId === null ? null : jobById(context).load(version.jobId);
  }
}
