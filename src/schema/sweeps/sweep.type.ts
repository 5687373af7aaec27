import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { SweepCandidateRow } from '../../jobs/sweep/load-sweeps.js';
import type { SweepParameters } from '../../jobs/sweep/sweep-parameters.js';
import type { ComparisonColumn, ScoreColumn } from '../../zoo/database/entities/sweep-candidate.entity.js';
import type { SweepCandidateState as State } from '../../zoo/job-types.js';
import { PromisedType } from '../advisor/advice.type.js';
import { JobErrorType } from '../jobs/job.type.js';
import { BaselineVerdict, IntervalType } from '../models/evaluation.type.js';

export const SweepPublish = { BEST: 'BEST', ALL: 'ALL' } as const;
registerEnumType(SweepPublish, {
  name: 'SweepPublish',
  description: 'Which of the fitted candidates of a sweep become versions.',
  valuesConfig: {
    BEST: { description: 'The one that is best on the validation pictures.' },
    ALL: { description: 'All of them; the best becomes the newest.' },
  },
});

export const SweepCandidateState = {
  PENDING: 'PENDING',
  FITTED: 'FITTED',
  STOPPED: 'STOPPED',
  FAILED: 'FAILED',
  PUBLISHED: 'PUBLISHED',
} as const;
registerEnumType(SweepCandidateState, {
  name: 'SweepCandidateState',
  description: 'Where a candidate of a sweep stands.',
  valuesConfig: {
    PENDING: { description: 'Its turn has not come, or it is being run.' },
    FITTED: { description: 'Fitted and evaluated.' },
    STOPPED: { description: 'Not started, or not trained to its end, by a rule that `reason` states.' },
    FAILED: { description: 'It could not be fitted; `error` says why.' },
    PUBLISHED: { description: 'Fitted, evaluated, and a version.' },
  },
});

@ObjectType('SweepScore', { description: 'How a candidate did on one split.', simpleResolvers: true })
export class SweepScoreType {
  @Field(() => Int, { description: 'Pictures that it was judged on.' })
  imageCount: number;
  @Field(() => Float, { description: 'Share of them put into the right class.' })
  accuracy: number;
  @Field(() => IntervalType, { description: '95 % bootstrap interval of the accuracy.' })
  accuracyInterval: IntervalType;

  static of({ accuracyInterval: [low, high], ...score }: ScoreColumn): SweepScoreType {
    return { ...score, accuracyInterval: { low, high } };
  }
}

@ObjectType('SweepComparison', {
  description: 'A candidate against the best of its sweep, on the same test pictures.',
  simpleResolvers: true,
})
export class SweepComparisonType {
  @Field(() => Float, { description: 'Its test accuracy less that of the best.' })
  difference: number;
  @Field(() => IntervalType, { description: '95 % bootstrap interval of the difference, over pairs.' })
  differenceInterval: IntervalType;
  @Field(() => Float, { description: 'Two-sided mid-p McNemar test of no difference.' })
  pValue: number;
  @Field(() => Float, { description: 'The same after Holm’s correction for all that were compared.' })
  adjustedPValue: number;
  @Field(() => BaselineVerdict, { description: 'What follows from the corrected one, at 0.05.' })
  verdict: ComparisonColumn['verdict'];

  static of({ differenceInterval: [low, high], ...comparison }: ComparisonColumn): SweepComparisonType {
    return { ...comparison, differenceInterval: { low, high } };
  }
}

/** `validation`, `test` and `comparison` are resolved: the row holds intervals as pairs. */
@ObjectType('SweepCandidate', {
  description: 'One way to adapt a model that a sweep tries, and what came of it.',
  simpleResolvers: true,
})
export class SweepCandidateType {
  @Field(() => Int, { description: 'Place in the order in which they run, from 1.' })
  ordinal: number;
  @Field(() => String, { description: 'Name of the strategy.' })
  strategy: string;
  @Field(() => String, { description: 'Version of the strategy.' })
  strategyVersion: string;
  @Field(() => GraphQLJSONObject, { description: 'Its parameters; defaults filled in.' })
  parameters: Record<string, unknown>;
  @Field(() => Int, {
    nullable: true,
    description: 'The line of an advice that it is; null where it was given by hand.',
  })
  adviceRank: number | null;
  @Field(() => PromisedType, {
    nullable: true,
    description: 'Test accuracy as that line promised it; null: not estimated.',
  })
  expected: PromisedType | null;
  @Field(() => SweepCandidateState, { description: 'Where it stands.' })
  state: State;
  @Field(() => String, { nullable: true, description: 'Why it was stopped, in words.' })
  reason: string | null;
  @Field(() => JobErrorType, { nullable: true, description: 'Why it failed.' })
  error: JobErrorType | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Wall time that it took; null before it has ended, and where its workers were lost.',
  })
  seconds: number | null;
}

@ObjectType('SweepLeftOutLine', {
  description: 'A line of an advice that was to be tried and could not be launched any more.',
  simpleResolvers: true,
})
export class SweepLeftOutLineType {
  @Field(() => Int, { description: 'Which line of the advice, from 1.' })
  rank: number;
  @Field(() => String, { description: 'What of it has gone, in words.' })
  reason: string;
}

/** What the fields of a sweep are read from: its parameters, and the rows of its candidates. */
export interface SweepRow extends SweepParameters {
  candidates: SweepCandidateRow[];
}

@ObjectType('Sweep', {
  description: 'Several candidates, tried on one data set as one job and compared with each other.',
  simpleResolvers: true,
})
export class SweepType {
  @Field(() => SweepPublish, { description: 'Which of the fitted ones become versions.' })
  publish: keyof typeof SweepPublish;
  @Field(() => [SweepLeftOutLineType], {
    description: 'Lines of the advice that were left out; those after them in the ranking took their place.',
  })
  leftOut: SweepLeftOutLineType[];
}
