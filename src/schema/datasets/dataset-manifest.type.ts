import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { DatasetManifest, NearDuplicate, RejectedFile } from '../../learning/dataset-manifest.js';
import { ErrorCodeEnum } from '../failure.js';

export const Split = { TRAIN: 'train', VALIDATION: 'validation', TEST: 'test' } as const;
registerEnumType(Split, {
  name: 'Split',
  description: 'What a part of a data set is for.',
  valuesConfig: {
    TRAIN: { description: 'What a strategy fits on.' },
    VALIDATION: { description: 'What it may choose by.' },
    TEST: { description: 'What only the evaluation sees.' },
  },
});

export const SplitSource = { GIVEN: 'given', STRATIFIED: 'stratified' } as const;
registerEnumType(SplitSource, {
  name: 'SplitSource',
  description: 'Who decided on the splits.',
  valuesConfig: {
    GIVEN: {
      description: 'The archive names them; what it does not name was carved out of its train pictures.',
    },
    STRATIFIED: { description: 'The zoo, class by class under the seed.' },
  },
});

@ObjectType('DatasetSplit', { description: 'One split in numbers.', simpleResolvers: true })
export class DatasetSplitType {
  @Field(() => Split, { description: 'Which one.' })
  split: 'train' | 'validation' | 'test';
  @Field(() => Int, { description: 'Pictures in it.' })
  imageCount: number;
  @Field(() => [Int], { description: 'Pictures of each class, in the order of `classes`.' })
  perClass: number[];
}

@ObjectType('DatasetClass', { description: 'One class in numbers.', simpleResolvers: true })
export class DatasetClassType {
  @Field(() => String, { description: 'Its name.' })
  name: string;
  @Field(() => Int, { description: 'Its label: position among the classes.' })
  label: number;
  @Field(() => Int, { description: 'Pictures of it to train on.' })
  train: number;
  @Field(() => Int, { description: 'Pictures of it for validation.' })
  validation: number;
  @Field(() => Int, { description: 'Pictures of it for the test.' })
  test: number;
}

@ObjectType('RejectedFile', { description: 'A file that was left out.', simpleResolvers: true })
export class RejectedFileType implements RejectedFile {
  @Field(() => String, { description: 'Where it stood in the archive.' })
  path: string;
  @Field(() => ErrorCodeEnum, { description: 'Stable code of the reason.' })
  code: keyof typeof ErrorCodeEnum;
  @Field(() => String, { description: 'What is wrong with it, and what to do.' })
  reason: string;
}

@ObjectType('NearDuplicate', {
  description: 'Two pictures in different splits that look the same.',
  simpleResolvers: true,
})
export class NearDuplicateType {
  @Field(() => String, { description: 'The picture in the earlier split.' })
  first: string;
  @Field(() => Split, { description: 'Split of the first.' })
  firstSplit: 'train' | 'validation' | 'test';
  @Field(() => String, {
    description: 'The picture in the later split; left out of the headline evaluation.',
  })
  second: string;
  @Field(() => Split, { description: 'Split of the second.' })
  secondSplit: 'train' | 'validation' | 'test';
  @Field(() => Int, {
    description: 'Bits of their 64-bit perceptual hashes that differ; 0 for exact copies too.',
  })
  distance: number;
  @Field(() => Boolean, { description: 'Whether they also have different classes.' })
  labelsDiffer: boolean;

  static of({ splits: [firstSplit, secondSplit], ...pair }: NearDuplicate): NearDuplicateType {
    return { ...pair, firstSplit, secondSplit };
  }
}

@ObjectType('DatasetManifest', {
  description: 'What the import found out about a data-set version.',
  simpleResolvers: true,
})
export class DatasetManifestType {
  @Field(() => [String], { description: 'Class names; a class’s position is its label everywhere.' })
  classes: string[];
  @Field(() => [DatasetSplitType], { description: 'train, validation and test.' })
  splits: DatasetSplitType[];
  @Field(() => SplitSource, { description: 'Who decided on the splits.' })
  splitSource: 'given' | 'stratified';
  @Field(() => Int, { description: 'What the choice of pictures depended on, where the zoo chose.' })
  seed: number;
  @Field(() => [RejectedFileType], {
    description: 'Files that were left out, the first 100; `report.json` has all of them.',
  })
  rejected: RejectedFileType[];
  @Field(() => Int, { description: 'How many files were left out.' })
  rejectedCount: number;
  @Field(() => [NearDuplicateType], {
    description:
      'Pictures that look like one of an earlier split, the first 100; `report.json` has all of them.',
  })
  nearDuplicates: NearDuplicateType[];
  @Field(() => Int, { description: 'How many pictures look like one of an earlier split.' })
  nearDuplicateCount: number;

  static of(manifest: DatasetManifest): DatasetManifestType {
    const splits = (['train', 'validation', 'test'] as const).map((split) => ({
      split,
      ...manifest.splits[split],
    }));
    return {
      ...manifest,
      splits,
      rejected: manifest.rejected as RejectedFileType[],
      nearDuplicates: manifest.nearDuplicates.map((pair) => NearDuplicateType.of(pair)),
    };
  }
}
