import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Calibration } from '../../advisor/record/calibration.js';
import type { RankAgreement } from '../../advisor/record/rank-agreement.js';
import type { RecordedOutcome } from '../../jobs/advice/recorded-outcomes.js';
import { IntervalType } from '../models/evaluation.type.js';
import { PromisedType } from './advice.type.js';

@ObjectType('Calibration', {
  description: 'How often results lay inside the intervals that were promised to hold 80 %.',
  simpleResolvers: true,
})
export class CalibrationType implements Omit<Calibration, 'shareInterval'> {
  @Field(() => Int, { description: 'Promises of which the result is known.' })
  outcomes: number;
  @Field(() => Int, {
    description: 'Those whose result lies inside, as nearly as its test pictures can tell.',
  })
  inside: number;
  @Field(() => Float, { nullable: true, description: 'Their share, 0 to 1; null where there is none.' })
  share: number | null;
  @Field(() => IntervalType, { description: '95 % interval of the share.' })
  shareInterval: IntervalType;
  @Field(() => Float, {
    nullable: true,
    description: 'Mean of actual less promised accuracy: above 0, results were better than promised.',
  })
  meanError: number | null;

  static of({ shareInterval: [low, high], ...rest }: Calibration): CalibrationType {
    return { ...rest, shareInterval: { low, high } };
  }
}

@ObjectType('FamilyCalibration', {
  description: 'The same of one family of strategies.',
  simpleResolvers: true,
})
export class FamilyCalibrationType {
  @Field(() => String, { description: 'Name of the strategy, with its kind of classifier or start.' })
  family: string;
  @Field(() => CalibrationType, { description: 'Its calibration.' })
  calibration: CalibrationType;
}

@ObjectType('RankAgreement', {
  description: 'Whether lines that were promised to be better were better.',
  simpleResolvers: true,
})
export class RankAgreementType implements RankAgreement {
  @Field(() => Int, { description: 'Advices of which at least two lines became jobs.' })
  advices: number;
  @Field(() => Float, {
    nullable: true,
    description: 'Mean weighted Kendall τ over them, −1 to 1; null where there is none.',
  })
  tau: number | null;
}

@ObjectType('RecordedOutcome', { description: 'A promise, and what happened.', simpleResolvers: true })
export class RecordedOutcomeType implements Omit<RecordedOutcome, 'uncorrected'> {
  adviceId: string;
  jobId: string;
  @Field(() => Int, { description: 'The line of the advice.' })
  rank: number;
  @Field(() => String, { description: 'Name of the strategy, with its kind of classifier or start.' })
  family: string;
  @Field(() => PromisedType, { description: 'Accuracy as it was promised, 0 to 1.' })
  promised: PromisedType;
  @Field(() => Float, { description: 'Test accuracy of what was made, 0 to 1.' })
  actual: number;
  @Field(() => Int, { description: 'Test pictures that it is a share of.' })
  testPictures: number;
  @Field(() => GraphQLDateTimeISO, { description: 'When the job ended.' })
  finishedAt: Date;
}

@ObjectType('AdvisorRecord', {
  description: 'What became of the advisor’s promises, over the advices and jobs that you may see.',
  simpleResolvers: true,
})
export class AdvisorRecordType {
  @Field(() => CalibrationType, { description: 'Of all promises of accuracy that a job followed.' })
  calibration: CalibrationType;
  @Field(() => [FamilyCalibrationType], { description: 'By family of strategies, by name.' })
  families: FamilyCalibrationType[];
  @Field(() => RankAgreementType, { description: 'Of the order that was promised with that which came.' })
  rankAgreement: RankAgreementType;
  newest: RecordedOutcome[];
}
