import { Field, ID, InputType, Int, Float } from 'type-graphql';
import { Interpolation, ResizeMode } from './model-manifest.type.js';
import { LineageRelation } from './model-version.type.js';
import { Visibility } from './model.type.js';

const idempotencyKey = 'Sent again with the same input, it returns what the first call made.';

@InputType('CreateModelInput', { description: 'A model to make. Versions are published to it afterwards.' })
export class CreateModelInput {
  @Field(() => String, { nullable: true, description: 'Account that will own it; yours by default.' })
  owner?: string | null;
  @Field(() => String, { description: 'Unique under its owner: a-z, 0-9, dot, dash and underscore.' })
  name: string;
  @Field(() => String, { nullable: true, description: 'Hub task id; image-classification by default.' })
  task?: string | null;
  @Field(() => String, { nullable: true, description: 'Licence id, for example apache-2.0.' })
  license?: string | null;
  @Field(() => [String], { nullable: true, description: 'Tags.' })
  tags?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'Markdown with YAML front matter; task, licence and tags given here are written into it.',
  })
  card?: string | null;
  @Field(() => Visibility, { defaultValue: 'PRIVATE', description: 'Who sees it.' })
  visibility: 'PUBLIC' | 'PRIVATE';
  @Field(() => String, { nullable: true, description: idempotencyKey })
  idempotencyKey?: string | null;
}

@InputType('UpdateModelInput', { description: 'What to change of a model; what is left out stays.' })
export class UpdateModelInput {
  @Field(() => ID, { description: 'The model.' })
  modelId: string;
  @Field(() => String, { nullable: true, description: 'Hub task id.' })
  task?: string | null;
  @Field(() => String, { nullable: true, description: 'Licence id; null takes it away.' })
  license?: string | null;
  @Field(() => [String], { nullable: true, description: 'Instead of the tags it has.' })
  tags?: string[] | null;
  @Field(() => Visibility, { nullable: true, description: 'Who sees it.' })
  visibility?: 'PUBLIC' | 'PRIVATE' | null;
}

@InputType('UpdateModelCardInput', { description: 'A new card for a model.' })
export class UpdateModelCardInput {
  @Field(() => ID, { description: 'The model.' })
  modelId: string;
  @Field(() => String, {
    description:
      'Markdown with YAML front matter, kept byte for byte. Front matter decides on licence, tags and task.',
  })
  card: string;
}

@InputType('SetAliasInput', { description: 'Where an alias is to point.' })
export class SetAliasInput {
  @Field(() => ID, { description: 'The model.' })
  modelId: string;
  @Field(() => String, { description: 'Lower-case name; not a number and not latest.' })
  alias: string;
  @Field(() => Int, { description: 'Number of the version.' })
  version: number;
}

@InputType('RemoveAliasInput', { description: 'An alias to take away.' })
export class RemoveAliasInput {
  @Field(() => ID, { description: 'The model.' })
  modelId: string;
  @Field(() => String, { description: 'The alias.' })
  alias: string;
}

@InputType('DeleteModelInput', { description: 'A model to delete.' })
export class DeleteModelInput {
  @Field(() => ID, { description: 'The model.' })
  modelId: string;
}

@InputType('RestoreModelInput', { description: 'A deleted model to bring back.' })
export class RestoreModelInput {
  @Field(() => ID, { description: 'The model.' })
  modelId: string;
}

@InputType('FileInput', { description: 'A file by the digest it was uploaded under.' })
export class FileInput {
  @Field(() => String, { description: 'Path within the version.' })
  path: string;
  @Field(() => String, {
    description: 'SHA-256 of its bytes, in hex; sent with PUT /blobs/sha256/<digest> before.',
  })
  sha256: string;
}

@InputType('PreprocessingInput', {
  description: 'How pictures are prepared, where the files do not say or say it wrong.',
})
export class PreprocessingInput {
  @Field(() => Int, { nullable: true, description: 'Pixels.' })
  height?: number | null;
  @Field(() => Int, { nullable: true, description: 'Pixels.' })
  width?: number | null;
  @Field(() => [Float], { nullable: true, description: 'Values of black and white: two numbers.' })
  range?: number[] | null;
  @Field(() => [Float], {
    nullable: true,
    description: 'Per channel, subtracted after scaling to the range.',
  })
  mean?: number[] | null;
  @Field(() => [Float], {
    nullable: true,
    description: 'Per channel, divided by after subtracting the mean.',
  })
  std?: number[] | null;
  @Field(() => ResizeMode, { nullable: true, description: 'How the picture is brought to size.' })
  resize?: 'stretch' | 'cover' | null;
  @Field(() => Interpolation, { nullable: true, description: 'How pixels between pixels are found.' })
  interpolation?: 'bilinear' | 'bicubic' | 'nearest' | null;
}

@InputType('ParentInput', { description: 'The version that a new one came from.' })
export class ParentInput {
  @Field(() => ID, { description: 'The version.' })
  versionId: string;
  @Field(() => LineageRelation, { defaultValue: 'finetune', description: 'What kind of step it was.' })
  relation: 'finetune' | 'adapter' | 'merge' | 'quantized';
}

@InputType('PublishModelVersionInput', {
  description: 'Uploaded files to publish as the next version of a model.',
})
export class PublishModelVersionInput {
  @Field(() => ID, { description: 'The model.' })
  modelId: string;
  @Field(() => [FileInput], {
    description:
      'model.json, the weight files it names, and what is to stay beside them. README.md becomes the card.',
  })
  files: FileInput[];
  @Field(() => [String], { nullable: true, description: 'Names of the output units, in their order.' })
  labels?: string[] | null;
  @Field(() => PreprocessingInput, { nullable: true, description: 'How pictures are prepared.' })
  preprocessing?: PreprocessingInput | null;
  @Field(() => String, { nullable: true, description: 'What is new about it.' })
  notes?: string | null;
  @Field(() => ParentInput, { nullable: true, description: 'The version it came from, if any.' })
  parent?: ParentInput | null;
  @Field(() => String, { nullable: true, description: idempotencyKey })
  idempotencyKey?: string | null;
}
