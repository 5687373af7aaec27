import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { listModels } from '../../zoo/models/list-models.js';
import { findModel } from '../../zoo/models/load-models.js';
import { listVersions } from '../../zoo/models/load-versions.js';
import type { ModelRow, ModelVersionRow } from '../../zoo/models/model-rows.js';
import { invalidInput } from '../../zoo/parse-input.js';
import { AccountType } from '../accounts/account.type.js';
import { PageArguments, toConnection, type Connection } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { parseNodeId } from '../node-id.js';
import {
  aliasesByModel,
  latestVersionByModel,
  modelById,
  modelCardById,
  versionById,
  versionByRevision,
} from './model-loaders.js';
import { ModelsArguments } from './model.args.js';
import { ModelVersionConnection, ModelVersionType } from './model-version.type.js';
import { AliasType, ModelConnection, ModelType } from './model.type.js';

@Resolver(() => ModelType)
export class ModelResolver {
  @Query(() => ModelConnection, { description: 'The models you may see.' })
  async models(
    @Args(() => ModelsArguments) listing: ModelsArguments,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<Connection<ModelRow>> {
    return toConnection(await listModels(zoo.database, principal, listing));
  }

  @Query(() => ModelType, {
    nullable: true,
    description: 'A model by owner and name, or by id; null where there is none that you may see.',
  })
  async model(
    @Arg('owner', () => String, { nullable: true, description: 'With `name`.' }) owner: string | null,
    @Arg('name', () => String, { nullable: true, description: 'With `owner`.' }) name: string | null,
    @Arg('id', () => ID, { nullable: true, description: 'Instead of owner and name.' }) id: string | null,
    @Ctx() context: GraphQLContext,
  ): Promise<ModelRow | null> {
    if (id != null && owner == null && name == null) {
      const parsed = parseNodeId(id);
      return parsed?.typeName === 'Model' ? modelById(context).load(parsed.rowId) : null;
    }
    if (id != null || owner == null || name == null) {
      throw invalidInput([{ path: 'id', message: 'give either id, or owner and name' }]);
    }
    return (await findModel(context.zoo.database, context.principal, owner, name)) ?? null;
  }

  @FieldResolver(() => AccountType, { description: 'Whose it is.' })
  owner(@Root() model: ModelRow): AccountType {
    return {
      id: model.ownerId,
      name: model.ownerName,
      kind: model.ownerKind,
      createdAt: model.ownerCreatedAt,
    };
  }

  @FieldResolver(() => String, {
    description: 'Markdown with YAML front matter, exactly as written (README.md).',
  })
  async card(@Root() model: ModelRow, @Ctx() context: GraphQLContext): Promise<string> {
    return (await modelCardById(context).load(model.id))?.card ?? '';
  }

  @FieldResolver(() => GraphQLJSONObject, {
    description: 'The card’s front matter as data, unknown keys kept.',
  })
  async cardData(@Root() model: ModelRow, @Ctx() context: GraphQLContext): Promise<Record<string, unknown>> {
    return (await modelCardById(context).load(model.id))?.cardData ?? {};
  }

  @FieldResolver(() => [AliasType], { description: 'Its aliases, by name.' })
  aliases(@Root() model: ModelRow, @Ctx() context: GraphQLContext): Promise<AliasType[]> {
    return aliasesByModel(context).load(model.id);
  }

  @FieldResolver(() => ModelVersionType, { nullable: true, description: 'The newest version.' })
  async latestVersion(
    @Root() model: ModelRow,
    @Ctx() context: GraphQLContext,
  ): Promise<ModelVersionRow | null> {
    return model.latestNumber === 0 ? null : latestVersionByModel(context).load(model.id);
  }

  @FieldResolver(() => ModelVersionType, { nullable: true, description: 'A version by what people call it.' })
  version(
    @Root() model: ModelRow,
    @Arg('revision', () => String, { defaultValue: 'latest', description: 'A number, an alias, or latest.' })
    revision: string,
    @Ctx() context: GraphQLContext,
  ): Promise<ModelVersionRow | null> {
    return versionByRevision(context).load({ modelId: model.id, revision });
  }

  @FieldResolver(() => ModelVersionConnection, { description: 'Its versions, newest first.' })
  async versions(
    @Root() model: ModelRow,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<Connection<ModelVersionRow>> {
    return toConnection(await listVersions(zoo.database, principal, model.id, page));
  }
}

@Resolver(() => AliasType)
export class AliasResolver {
  @FieldResolver(() => ModelVersionType, { nullable: true, description: 'The version it points at.' })
  version(@Root() alias: AliasType, @Ctx() context: GraphQLContext): Promise<ModelVersionRow | null> {
    return versionById(context).load(alias.versionId);
  }
}
