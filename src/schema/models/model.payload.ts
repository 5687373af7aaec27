import { Field, ObjectType, type ClassType } from 'type-graphql';
import type { ModelRow, ModelVersionRow } from '../../zoo/models/model-rows.js';
import { resultOf } from '../failure.js';
import { ModelVersionType } from './model-version.type.js';
import { AliasType, ModelType } from './model.type.js';

/** A payload that holds the model after a mutation. */
export interface ModelPayload {
  model: ModelRow;
}

function modelPayload(mutation: string, description: string): ClassType<ModelPayload> {
  @ObjectType(`${mutation}Payload`, { description, simpleResolvers: true })
  class Payload {
    @Field(() => ModelType, { description: 'The model as it is now.' })
    model: ModelRow;
  }
  return Payload;
}

const CreateModelPayload = modelPayload('CreateModel', 'A model was made.');
export const CreateModelResult = resultOf('CreateModel', () => CreateModelPayload);

const UpdateModelPayload = modelPayload('UpdateModel', 'A model was changed.');
export const UpdateModelResult = resultOf('UpdateModel', () => UpdateModelPayload);

const UpdateModelCardPayload = modelPayload('UpdateModelCard', 'A card was replaced.');
export const UpdateModelCardResult = resultOf('UpdateModelCard', () => UpdateModelCardPayload);

const DeleteModelPayload = modelPayload('DeleteModel', 'A model was deleted; `restoreModel` brings it back.');
export const DeleteModelResult = resultOf('DeleteModel', () => DeleteModelPayload);

const RestoreModelPayload = modelPayload('RestoreModel', 'A model was brought back.');
export const RestoreModelResult = resultOf('RestoreModel', () => RestoreModelPayload);

@ObjectType('SetAliasPayload', { description: 'An alias points where it should.', simpleResolvers: true })
export class SetAliasPayload {
  @Field(() => AliasType, { description: 'The alias.' })
  alias: AliasType;
}
export const SetAliasResult = resultOf('SetAlias', () => SetAliasPayload);

@ObjectType('RemoveAliasPayload', { description: 'An alias was taken away.', simpleResolvers: true })
export class RemoveAliasPayload {
  @Field(() => String, { description: 'The alias that is no more.' })
  removed: string;
}
export const RemoveAliasResult = resultOf('RemoveAlias', () => RemoveAliasPayload);

@ObjectType('PublishModelVersionPayload', { description: 'A version was published.', simpleResolvers: true })
export class PublishModelVersionPayload {
  @Field(() => ModelVersionType, { description: 'The version.' })
  version: ModelVersionRow;
}
export const PublishModelVersionResult = resultOf('PublishModelVersion', () => PublishModelVersionPayload);
