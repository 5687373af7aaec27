import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { DatasetRow, DatasetVersionRow } from '../../zoo/datasets/dataset-rows.js';
import { listDatasets } from '../../zoo/datasets/list-datasets.js';
import { findDataset } from '../../zoo/datasets/load-datasets.js';
import { listDatasetVersions } from '../../zoo/datasets/load-dataset-versions.js';
import { invalidInput } from '../../zoo/parse-input.js';
import { accountById } from '../accounts/account-loader.js';
import { AccountType } from '../accounts/account.type.js';
import { PageArguments, toConnection, type Connection } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { parseNodeId } from '../node-id.js';
import {
  datasetById,
  datasetCardById,
  datasetVersionByRevision,
  latestVersionByDataset,
} from './dataset-loaders.js';
import { DatasetVersionConnection, DatasetVersionType } from './dataset-version.type.js';
import { DatasetsArguments } from './dataset.args.js';
import { DatasetConnection, DatasetType } from './dataset.type.js';

@Resolver(() => DatasetType)
export class DatasetResolver {
  @Query(() => DatasetConnection, { description: 'The data sets you may see.' })
  async datasets(
    @Args(() => DatasetsArguments) listing: DatasetsArguments,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<Connection<DatasetRow>> {
    return toConnection(await listDatasets(zoo.database, principal, listing));
  }

  @Query(() => DatasetType, {
    nullable: true,
    description: 'A data set by owner and name, or by id; null where there is none that you may see.',
  })
  async dataset(
    @Arg('owner', () => String, { nullable: true, description: 'With `name`.' }) owner: string | null,
    @Arg('name', () => String, { nullable: true, description: 'With `owner`.' }) name: string | null,
    @Arg('id', () => ID, { nullable: true, description: 'Instead of owner and name.' }) id: string | null,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetRow | null> {
    if (id != null && owner == null && name == null) {
      const parsed = parseNodeId(id);
      return parsed?.typeName === 'Dataset' ? datasetById(context).load(parsed.rowId) : null;
    }
    if (id != null || owner == null || name == null) {
      throw invalidInput([{ path: 'id', message: 'give either id, or owner and name' }]);
    }
    return (await findDataset(context.zoo.database, context.principal, owner, name)) ?? null;
  }

  @FieldResolver(() => AccountType, { description: 'Whose it is.' })
  async owner(@Root() dataset: DatasetRow, @Ctx() context: GraphQLContext): Promise<AccountType | null> {
    return accountById(context).load(dataset.ownerId);
  }

  @FieldResolver(() => String, {
    description: 'Markdown with YAML front matter, exactly as written (README.md).',
  })
  async card(@Root() dataset: DatasetRow, @Ctx() context: GraphQLContext): Promise<string> {
    return (await datasetCardById(context).load(dataset.id))?.card ?? '';
  }

  @FieldResolver(() => GraphQLJSONObject, {
    description: 'The card’s front matter as data, unknown keys kept.',
  })
  async cardData(
    @Root() dataset: DatasetRow,
    @Ctx() context: GraphQLContext,
  ): Promise<Record<string, unknown>> {
    return (await datasetCardById(context).load(dataset.id))?.cardData ?? {};
  }

  @FieldResolver(() => DatasetVersionType, { nullable: true, description: 'The newest version.' })
  async latestVersion(
    @Root() dataset: DatasetRow,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetVersionRow | null> {
    return dataset.latestNumber === 0 ? null : latestVersionByDataset(context).load(dataset.id);
  }

  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description: 'A version by what people call it.',
  })
  version(
    @Root() dataset: DatasetRow,
    @Arg('revision', () => String, { defaultValue: 'latest', description: 'A number, or latest.' })
    revision: string,
    @Ctx() context: GraphQLContext,
  ): Promise<DatasetVersionRow | null> {
    return datasetVersionByRevision(context).load({ datasetId: dataset.id, revision });
  }

  @FieldResolver(() => DatasetVersionConnection, { description: 'Its versions, newest first.' })
  async versions(
    @Root() dataset: DatasetRow,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<Connection<DatasetVersionRow>> {
    return toConnection(await listDatasetVersions(zoo.database, principal, dataset.id, page));
  }
}
