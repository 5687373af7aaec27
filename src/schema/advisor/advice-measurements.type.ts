import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type {
  AdviceMeasurements,
  DatasetSize,
  Elsewhere,
  LearningCurve,
  ModelMeasurements,
  Similarity,
} from '../../advisor/measurements.js';
import { CutMeasurementsType } from './cut-measurements.type.js';

export const MeasurementState = {
  MEASURED: 'MEASURED',
  DROPPED: 'DROPPED',
  NOT_REACHED: 'NOT_REACHED',
  UNUSABLE: 'UNUSABLE',
} as const;
registerEnumType(MeasurementState, {
  name: 'MeasurementState',
  description: 'How far a model was measured.',
  valuesConfig: {
    MEASURED: { description: 'On all training pictures that the budget allowed.' },
    DROPPED: { description: 'Others did better on the pictures that both were measured on.' },
    NOT_REACHED: { description: 'No budget was left for it.' },
    UNUSABLE: { description: 'It cannot take these pictures.' },
  },
});

@ObjectType('MeasuredSize', { description: 'How much there is to learn from.', simpleResolvers: true })
export class MeasuredSizeType implements Omit<DatasetSize, 'perClass'> {
  @Field(() => Int, { description: 'Classes.' })
  classes: number;
  @Field(() => Int, { description: 'Training pictures.' })
  train: number;
  @Field(() => Int, { description: 'Validation pictures.' })
  validation: number;
  @Field(() => Int, { description: 'Training pictures of the smallest class.' })
  smallestClass: number;
  @Field(() => Float, { description: 'Median number of training pictures of a class.' })
  medianClass: number;
  @Field(() => Int, { description: 'Training pictures of the largest class.' })
  largestClass: number;
  @Field(() => Float, {
    description: 'Pictures of the largest class over those of the smallest that has any.',
  })
  imbalance: number;
  @Field(() => Float, { description: 'Accuracy of naming the largest class every time, 0 to 1.' })
  majorityShare: number;

  static of({ perClass, ...size }: DatasetSize): MeasuredSizeType {
    const { smallest, median, largest } = perClass;
    return { ...size, smallestClass: smallest, medianClass: median, largestClass: largest };
  }
}

@ObjectType('LearningCurvePoint', {
  description: 'The probe on a part of the training pictures.',
  simpleResolvers: true,
})
export class LearningCurvePointType {
  @Field(() => Int, { description: 'Training pictures.' })
  pictures: number;
  @Field(() => Float, { description: 'Its accuracy, 0 to 1.' })
  accuracy: number;
  @Field(() => Float, { description: 'Standard error of the accuracy.' })
  standardError: number;
}

@ObjectType('LearningCurve', {
  description: 'How the probe gains from more pictures: is the data set large for what there is to learn?',
  simpleResolvers: true,
})
export class LearningCurveType implements LearningCurve {
  @Field(() => String, { description: 'The cut that it was taken at.' })
  layer: string;
  @Field(() => [LearningCurvePointType], { description: 'Smallest part first.' })
  points: LearningCurve['points'];
  @Field(() => Float, { description: 'Accuracy gained by the last doubling of the pictures.' })
  gainPerDoubling: number;
}

@ObjectType('BatchNormShift', {
  description: 'How far the pictures lie from those of the pre-training, at one batch normalization.',
  simpleResolvers: true,
})
export class BatchNormShiftType {
  @Field(() => String, { description: 'The layer.' })
  layer: string;
  @Field(() => Float, { description: 'Share of the network’s parameters up to it, 0 to 1.' })
  depth: number;
  @Field(() => Float, {
    description: 'Root mean square, over channels, of the shift of their mean in stored standard deviations.',
  })
  shift: number;
}

@ObjectType('FrechetDistance', {
  description:
    'Distance between the features of two sets of pictures, taken as normal with independent channels.',
  simpleResolvers: true,
})
export class FrechetDistanceType {
  datasetVersionId: string;
  @Field(() => String, { description: 'The cut whose features are compared.' })
  layer: string;
  @Field(() => Float, { description: 'From 0; comparable only within one network and cut.' })
  distance: number;
}

@ObjectType('Similarity', {
  description: 'How much the pictures resemble what the network was trained on, as its layers show it.',
  simpleResolvers: true,
})
export class SimilarityType implements Similarity {
  @Field(() => String, { description: 'The cut whose probe is best.' })
  peakLayer: string;
  @Field(() => Float, { description: 'Where it lies, 0 (input) to 1 (output).' })
  peakDepth: number;
  @Field(() => Float, {
    description: 'Probe accuracy at its peak less that at the deepest cut: what late layers have lost.',
  })
  lateGap: number;
  @Field(() => [BatchNormShiftType], {
    description: 'By layer, input to output; empty without batch normalization.',
  })
  batchNormShifts: BatchNormShiftType[];
  @Field(() => Float, { nullable: true, description: 'Their mean; null without batch normalization.' })
  batchNormShift: number | null;
  @Field(() => FrechetDistanceType, {
    nullable: true,
    description: 'To pictures that the network was trained on; null where the zoo does not know them.',
  })
  frechet: FrechetDistanceType | null;
}

@ObjectType('WorthElsewhere', {
  description:
    'What a model’s probes are worth on other data sets, beside those of the models that it is compared with.',
  simpleResolvers: true,
})
export class WorthElsewhereType implements Elsewhere {
  @Field(() => Float, { description: 'In log-odds of the accuracy; above 0: better than the others.' })
  difference: number;
  @Field(() => Int, { description: 'Data sets that it rests on.' })
  datasets: number;
}

@ObjectType('ModelMeasurements', {
  description: 'What was measured of one model on the training pictures. Nothing of it was trained.',
  simpleResolvers: true,
})
export class ModelMeasurementsType implements Omit<ModelMeasurements, 'cuts'> {
  versionId: string;
  @Field(() => MeasurementState, { description: 'How far it was measured.' })
  state: ModelMeasurements['state'];
  @Field(() => String, {
    nullable: true,
    description: 'Why it was not measured to the end; null where it was.',
  })
  reason: string | null;
  @Field(() => Int, { description: 'Training pictures that it was measured on last.' })
  pictures: number;
  @Field(() => Float, {
    nullable: true,
    description: 'Through its deepest cut, once warm, decoding included, on the machine that measured.',
  })
  picturesPerSecond: number | null;
  @Field(() => Float, { description: 'Seconds spent on it.' })
  seconds: number;
  @Field(() => [CutMeasurementsType], { description: 'Input to output.' })
  cuts: CutMeasurementsType[];
  @Field(() => LearningCurveType, { nullable: true, description: 'Does more data still help?' })
  learningCurve: LearningCurveType | null;
  @Field(() => SimilarityType, { nullable: true, description: 'Are the pictures like those it knows?' })
  similarity: SimilarityType | null;
  @Field(() => WorthElsewhereType, {
    nullable: true,
    description:
      'Where few pictures tell networks apart badly, its probe is drawn to it; null where nothing is known.',
  })
  elsewhere?: WorthElsewhereType;
}

@ObjectType('MeasurementRung', {
  description: 'A step of the halving: so many models were compared on so many pictures.',
  simpleResolvers: true,
})
export class MeasurementRungType {
  @Field(() => Int, { description: 'Training pictures.' })
  pictures: number;
  @Field(() => Int, { description: 'Models.' })
  models: number;
}

@ObjectType('AdviceMeasurements', {
  description: 'The numbers that an advice rests on.',
  simpleResolvers: true,
})
export class AdviceMeasurementsType implements Omit<AdviceMeasurements, 'dataset' | 'models'> {
  @Field(() => MeasuredSizeType, { description: 'Size of the data set.' })
  dataset: MeasuredSizeType;
  @Field(() => [ModelMeasurementsType], { description: 'The models, in the order in which they were tried.' })
  models: ModelMeasurementsType[];
  @Field(() => [MeasurementRungType], { description: 'The halving: fewest pictures first.' })
  rungs: MeasurementRungType[];
  @Field(() => Float, { description: 'Seconds that measuring could take.' })
  budgetSeconds: number;
  @Field(() => Float, { description: 'Seconds that it took.' })
  spentSeconds: number;
  @Field(() => Int, { description: 'CPU threads that it had.' })
  threads: number;

  static of({ dataset, ...rest }: AdviceMeasurements): AdviceMeasurementsType {
    return { ...rest, dataset: MeasuredSizeType.of(dataset) };
  }
}
