import { Field, ObjectType, type ClassType } from 'type-graphql';
import type { JobRow } from '../../jobs/load-jobs.js';
import type { DatasetRow } from '../../zoo/datasets/dataset-rows.js';
import { resultOf } from '../failure.js';
import { JobType } from '../jobs/job.type.js';
import { DatasetType } from './dataset.type.js';

/** A payload that holds the data set after a mutation. */
export interface DatasetPayload {
  dataset: DatasetRow;
}

function datasetPayload(mutation: string, description: string): ClassType<DatasetPayload> {
  @ObjectType(`${mutation}Payload`, { description, simpleResolvers: true })
  class Payload {
    @Field(() => DatasetType, { description: 'The data set as it is now.' })
    dataset: DatasetRow;
  }
  return Payload;
}

const CreateDatasetPayload = datasetPayload('CreateDataset', 'A data set was made.');
export const CreateDatasetResult = resultOf('CreateDataset', () => CreateDatasetPayload);

const UpdateDatasetPayload = datasetPayload('UpdateDataset', 'A data set was changed.');
export const UpdateDatasetResult = resultOf('UpdateDataset', () => UpdateDatasetPayload);

const UpdateDatasetCardPayload = datasetPayload('UpdateDatasetCard', 'A card was replaced.');
export const UpdateDatasetCardResult = resultOf('UpdateDatasetCard', () => UpdateDatasetCardPayload);

const DeleteDatasetPayload = datasetPayload(
  'DeleteDataset',
  'A data set was deleted; `restoreDataset` brings it back.',
);
export const DeleteDatasetResult = resultOf('DeleteDataset', () => DeleteDatasetPayload);

const RestoreDatasetPayload = datasetPayload('RestoreDataset', 'A data set was brought back.');
export const RestoreDatasetResult = resultOf('RestoreDataset', () => RestoreDatasetPayload);

@ObjectType('PublishDatasetVersionPayload', {
  description:
    'An archive passed the look-through and its import was launched; follow it with `jobEvents`. The version is there once the job is COMPLETED.',
  simpleResolvers: true,
})
export class PublishDatasetVersionPayload {
  @Field(() => JobType, { description: 'The job; the first one, where the idempotency key was used before.' })
  job: JobRow;
}
export const PublishDatasetVersionResult = resultOf(
  'PublishDatasetVersion',
  () => PublishDatasetVersionPayload,
);
