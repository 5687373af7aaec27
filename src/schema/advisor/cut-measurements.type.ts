import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { CutMeasurements, TransferabilityScores } from '../../advisor/measurements.js';

@ObjectType('ProbeScore', {
  description: 'Accuracy of a linear probe, softmax regression, by cross-validation on training pictures.',
  simpleResolvers: true,
})
export class ProbeScoreType {
  @Field(() => Float, { description: 'Share of held-out training pictures put into the right class.' })
  accuracy: number;
  @Field(() => Float, { description: 'Standard error of the accuracy.' })
  standardError: number;
  @Field(() => Float, { description: 'Inverse strength of the regularization that was chosen.' })
  C: number;
}

@ObjectType('TransferabilityScores', {
  description:
    'What features are worth on a data set, by four scores; null where one could not be computed, with a class of one picture for example.',
  simpleResolvers: true,
})
export class TransferabilityScoresType implements TransferabilityScores {
  @Field(() => Float, {
    nullable: true,
    description: 'Leave-one-out accuracy of the nearest neighbours, 0 to 1.',
  })
  nearestNeighbours: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Shrinkage H-score: how far apart the classes lie, 0 to one less than their number.',
  })
  hScore: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Log maximum evidence of a linear model per picture; larger is better, with no fixed range.',
  })
  logMe: number | null;
  @Field(() => ProbeScoreType, { nullable: true, description: 'The linear probe.' })
  probe: TransferabilityScores['probe'];
}

@ObjectType('CutMeasurements', {
  description: 'What the features after one layer are worth.',
  simpleResolvers: true,
})
export class CutMeasurementsType {
  @Field(() => String, { description: 'The layer after which the network is cut.' })
  layer: string;
  @Field(() => Float, { description: 'Share of the network’s parameters up to and including it, 0 to 1.' })
  depth: number;
  @Field(() => Int, { description: 'Features of a picture: channels, averaged over height and width.' })
  featureDim: number;
  @Field(() => Boolean, { description: 'Whether strategies compare this cut when none is named.' })
  isCandidate: boolean;
  @Field(() => Int, { description: 'Training pictures that the scores were taken on.' })
  pictures: number;
  @Field(() => TransferabilityScoresType, { description: 'The scores.' })
  scores: CutMeasurements['scores'];
}
