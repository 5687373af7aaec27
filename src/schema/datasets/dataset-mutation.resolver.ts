import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { announceQueued } from '../../jobs/events/job-signals.js';
import { launchDatasetImport } from '../../jobs/launch/launch-dataset-import.js';
import { loadJobs } from '../../jobs/load-jobs.js';
import { ZooError } from '../../errors.js';
import { createDataset } from '../../zoo/datasets/create-dataset.js';
import { publishDatasetVersion } from '../../zoo/datasets/publish-dataset-version.js';
import {
  deleteDataset,
  restoreDataset,
  updateDataset,
  updateDatasetCard,
} from '../../zoo/datasets/update-dataset.js';
import type { GraphQLContext } from '../context.js';
import { fromNodeId } from '../node-id.js';
import {
  CreateDatasetInput,
  DeleteDatasetInput,
  PublishDatasetVersionInput,
  RestoreDatasetInput,
  UpdateDatasetCardInput,
  UpdateDatasetInput,
} from './dataset.input.js';
import {
  CreateDatasetResult,
  DeleteDatasetResult,
  PublishDatasetVersionPayload,
  PublishDatasetVersionResult,
  RestoreDatasetResult,
  UpdateDatasetCardResult,
  UpdateDatasetResult,
  type DatasetPayload,
} from './dataset.payload.js';

@Resolver()
export class DatasetMutationResolver {
  @Mutation(() => CreateDatasetResult, { description: 'Makes a data set, still without a version.' })
  async createDataset(
    @Arg('input', () => CreateDatasetInput, { description: 'The data set.' }) input: CreateDatasetInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<DatasetPayload> {
    return { dataset: await createDataset(zoo, principal, input) };
  }

  @Mutation(() => UpdateDatasetResult, { description: 'Changes licence, tags or visibility of a data set.' })
  async updateDataset(
    @Arg('input', () => UpdateDatasetInput, { description: 'What to change.' }) input: UpdateDatasetInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<DatasetPayload> {
    return { dataset: await updateDataset(zoo, principal, rowIdOf(input), input) };
  }

  @Mutation(() => UpdateDatasetCardResult, { description: 'Replaces the card of a data set.' })
  async updateDatasetCard(
    @Arg('input', () => UpdateDatasetCardInput, { description: 'The card.' }) input: UpdateDatasetCardInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<DatasetPayload> {
    return { dataset: await updateDatasetCard(zoo, principal, rowIdOf(input), input.card) };
  }

  @Mutation(() => DeleteDatasetResult, {
    description:
      'Hides a data set and its versions. The name stays taken, and `restoreDataset` brings it back.',
  })
  async deleteDataset(
    @Arg('input', () => DeleteDatasetInput, { description: 'Which data set.' }) input: DeleteDatasetInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<DatasetPayload> {
    return { dataset: await deleteDataset(zoo, principal, rowIdOf(input)) };
  }

  @Mutation(() => RestoreDatasetResult, { description: 'Brings a deleted data set back as it was.' })
  async restoreDataset(
    @Arg('input', () => RestoreDatasetInput, { description: 'Which data set.' }) input: RestoreDatasetInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<DatasetPayload> {
    return { dataset: await restoreDataset(zoo, principal, rowIdOf(input)) };
  }

  @Mutation(() => PublishDatasetVersionResult, {
    description:
      'Takes an uploaded archive of pictures as the next version of a data set. What is wrong with the archive is said now and nothing is queued; decoding, checking and splitting the pictures is the job that comes back.',
  })
  async publishDatasetVersion(
    @Arg('input', () => PublishDatasetVersionInput, { description: 'The archive.' })
    input: PublishDatasetVersionInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<PublishDatasetVersionPayload> {
    const options = Object.fromEntries(
      Object.entries(input.options ?? {}).filter(([, value]) => value !== null),
    );
    const { jobId, repeated } = await publishDatasetVersion(
      zoo,
      principal,
      { ...input, datasetId: rowIdOf(input), options },
      (manager, request) => launchDatasetImport(manager, principal, request),
    );
    if (!repeated) announceQueued(zoo.database, jobId);
    const [job] = await loadJobs(zoo.database, principal, [jobId]);
    if (job === undefined) throw new ZooError('INTERNAL', 'the launched job is not there');
    return { job };
  }
}

function rowIdOf({ datasetId }: { datasetId: string }): string {
  return fromNodeId('Dataset', datasetId, 'datasetId');
}
