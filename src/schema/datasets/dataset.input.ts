import { Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { Visibility } from '../models/model.type.js';

const idempotencyKey = 'Sent again with the same input, it returns what the first call made.';

@InputType('CreateDatasetInput', {
  description: 'A data set to make. Versions are published to it afterwards.',
})
export class CreateDatasetInput {
  @Field(() => String, { nullable: true, description: 'Account that will own it; yours by default.' })
  owner?: string | null;
  @Field(() => String, { description: 'Unique under its owner: a-z, 0-9, dot, dash and underscore.' })
  name: string;
  @Field(() => String, { nullable: true, description: 'Licence id, for example cc0-1.0.' })
  license?: string | null;
  @Field(() => [String], { nullable: true, description: 'Tags.' })
  tags?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'Markdown with YAML front matter; licence and tags given here are written into it.',
  })
  card?: string | null;
  @Field(() => Visibility, { defaultValue: 'PRIVATE', description: 'Who sees it.' })
  visibility: 'PUBLIC' | 'PRIVATE';
  @Field(() => String, { nullable: true, description: idempotencyKey })
  idempotencyKey?: string | null;
}

@InputType('UpdateDatasetInput', { description: 'What to change of a data set; what is left out stays.' })
export class UpdateDatasetInput {
  @Field(() => ID, { description: 'The data set.' })
  datasetId: string;
  @Field(() => String, { nullable: true, description: 'Licence id; null takes it away.' })
  license?: string | null;
  @Field(() => [String], { nullable: true, description: 'Instead of the tags it has.' })
  tags?: string[] | null;
  @Field(() => Visibility, { nullable: true, description: 'Who sees it.' })
  visibility?: 'PUBLIC' | 'PRIVATE' | null;
}

@InputType('UpdateDatasetCardInput', { description: 'A new card for a data set.' })
export class UpdateDatasetCardInput {
  @Field(() => ID, { description: 'The data set.' })
  datasetId: string;
  @Field(() => String, {
    description:
      'Markdown with YAML front matter, kept byte for byte. Front matter decides on licence and tags.',
  })
  card: string;
}

@InputType('DeleteDatasetInput', { description: 'A data set to delete.' })
export class DeleteDatasetInput {
  @Field(() => ID, { description: 'The data set.' })
  datasetId: string;
}

@InputType('RestoreDatasetInput', { description: 'A deleted data set to bring back.' })
export class RestoreDatasetInput {
  @Field(() => ID, { description: 'The data set.' })
  datasetId: string;
}

export const SplitChoice = { AUTO: 'auto', GIVEN: 'given', STRATIFIED: 'stratified' } as const;
registerEnumType(SplitChoice, {
  name: 'SplitChoice',
  description: 'Where the splits of an import come from.',
  valuesConfig: {
    AUTO: { description: 'From the archive where it names any, otherwise stratified.' },
    GIVEN: { description: 'From the archive, which must name some.' },
    STRATIFIED: { description: 'Made anew, class by class under the seed.' },
  },
});

@InputType('ImportOptionsInput', { description: 'How an archive becomes a version.' })
export class ImportOptionsInput {
  @Field(() => SplitChoice, { nullable: true, description: 'Where the splits come from; AUTO by default.' })
  splits?: 'auto' | 'given' | 'stratified' | null;
  @Field(() => Int, { nullable: true, description: 'What a stratified choice depends on; 0 by default.' })
  seed?: number | null;
  @Field(() => Float, {
    nullable: true,
    description:
      'Part of each class for validation, where the archive has no such split; 0 to 0.4, 0.1 by default.',
  })
  validationFraction?: number | null;
  @Field(() => Float, {
    nullable: true,
    description:
      'Part of each class for the test, where the archive has no such split; 0 to 0.4, 0.1 by default.',
  })
  testFraction?: number | null;
}

@InputType('PublishDatasetVersionInput', {
  description: 'An uploaded archive to publish as the next version of a data set.',
})
export class PublishDatasetVersionInput {
  @Field(() => ID, { description: 'The data set.' })
  datasetId: string;
  @Field(() => String, {
    description:
      'SHA-256 of a zip, tar or tar.gz, in hex; sent with PUT /blobs/sha256/<digest> before. It holds class folders (dress/1.jpg), split and class folders (train/dress/1.jpg), or a metadata.jsonl or metadata.csv with file_name, label and perhaps split.',
  })
  archiveSha256: string;
  @Field(() => ImportOptionsInput, { nullable: true, description: 'How it becomes a version.' })
  options?: ImportOptionsInput | null;
  @Field(() => String, { nullable: true, description: 'What is new about it; kept with the job.' })
  notes?: string | null;
  @Field(() => String, { nullable: true, description: idempotencyKey })
  idempotencyKey?: string | null;
}
