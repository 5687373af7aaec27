import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { removeAlias, setAlias } from '../../zoo/models/aliases.js';
import { createModel } from '../../zoo/models/create-model.js';
import { publishModelVersion } from '../../zoo/models/publish-model-version.js';
import { deleteModel, restoreModel, updateModel, updateModelCard } from '../../zoo/models/update-model.js';
import type { GraphQLContext } from '../context.js';
import { fromNodeId } from '../node-id.js';
import {
  CreateModelInput,
  DeleteModelInput,
  PublishModelVersionInput,
  RemoveAliasInput,
  RestoreModelInput,
  SetAliasInput,
  UpdateModelCardInput,
  UpdateModelInput,
} from './model.input.js';
import {
  CreateModelResult,
  DeleteModelResult,
  PublishModelVersionPayload,
  PublishModelVersionResult,
  RemoveAliasPayload,
  RemoveAliasResult,
  RestoreModelResult,
  SetAliasPayload,
  SetAliasResult,
  UpdateModelCardResult,
  UpdateModelResult,
  type ModelPayload,
} from './model.payload.js';

@Resolver()
export class ModelMutationResolver {
  @Mutation(() => CreateModelResult, { description: 'Makes a model, still without a version.' })
  async createModel(
    @Arg('input', () => CreateModelInput, { description: 'The model.' }) input: CreateModelInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<ModelPayload> {
    return { model: await createModel(zoo, principal, { ...input, task: input.task ?? undefined }) };
  }

  @Mutation(() => UpdateModelResult, { description: 'Changes task, licence, tags or visibility of a model.' })
  async updateModel(
    @Arg('input', () => UpdateModelInput, { description: 'What to change.' }) input: UpdateModelInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<ModelPayload> {
    return { model: await updateModel(zoo, principal, fromNodeId('Model', input.modelId, 'modelId'), input) };
  }

  @Mutation(() => UpdateModelCardResult, { description: 'Replaces the card of a model.' })
  async updateModelCard(
    @Arg('input', () => UpdateModelCardInput, { description: 'The card.' }) input: UpdateModelCardInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<ModelPayload> {
    const id = fromNodeId('Model', input.modelId, 'modelId');
    return { model: await updateModelCard(zoo, principal, id, input.card) };
  }

  @Mutation(() => SetAliasResult, { description: 'Points an alias at a version.' })
  async setAlias(
    @Arg('input', () => SetAliasInput, { description: 'Alias and version.' }) input: SetAliasInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<SetAliasPayload> {
    return { alias: await setAlias(zoo, principal, fromNodeId('Model', input.modelId, 'modelId'), input) };
  }

  @Mutation(() => RemoveAliasResult, { description: 'Takes an alias away; the version stays.' })
  async removeAlias(
    @Arg('input', () => RemoveAliasInput, { description: 'The alias.' }) input: RemoveAliasInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<RemoveAliasPayload> {
    await removeAlias(zoo, principal, fromNodeId('Model', input.modelId, 'modelId'), input.alias);
    return { removed: input.alias };
  }

  @Mutation(() => DeleteModelResult, {
    description: 'Hides a model and its versions. The name stays taken, and `restoreModel` brings it back.',
  })
  async deleteModel(
    @Arg('input', () => DeleteModelInput, { description: 'Which model.' }) input: DeleteModelInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<ModelPayload> {
    return { model: await deleteModel(zoo, principal, fromNodeId('Model', input.modelId, 'modelId')) };
  }

  @Mutation(() => RestoreModelResult, { description: 'Brings a deleted model back as it was.' })
  async restoreModel(
    @Arg('input', () => RestoreModelInput, { description: 'Which model.' }) input: RestoreModelInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<ModelPayload> {
    return { model: await restoreModel(zoo, principal, fromNodeId('Model', input.modelId, 'modelId')) };
  }

  @Mutation(() => PublishModelVersionResult, {
    description:
      'Publishes uploaded files as the next version of a model, once the strict loader has passed them.',
  })
  async publishModelVersion(
    @Arg('input', () => PublishModelVersionInput, { description: 'Files and what to know of them.' })
    input: PublishModelVersionInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<PublishModelVersionPayload> {
    const { modelId, parent, preprocessing, ...rest } = input;
    const version = await publishModelVersion(zoo, principal, fromNodeId('Model', modelId, 'modelId'), {
      ...rest,
      preprocessing: preprocessing == null ? undefined : given(preprocessing),
      parent: parent && {
        versionId: fromNodeId('ModelVersion', parent.versionId, 'parent.versionId'),
        relation: parent.relation,
      },
    });
    return { version };
  }
}

/** Only what was given: null means the same as leaving it out. */
function given(input: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value != null));
}
