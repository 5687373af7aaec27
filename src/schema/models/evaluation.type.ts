import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Baseline, Evaluation } from '../../learning/evaluation.js';

@ObjectType('Interval', { description: 'Where a number lies with 95 % confidence.', simpleResolvers: true })
export class IntervalType {
  @Field(() => Float, { description: 'Lower end.' })
  low: number;
  @Field(() => Float, { description: 'Upper end.' })
  high: number;
}

@ObjectType('ClassEvaluation', { description: 'How the classifier did on one class.', simpleResolvers: true })
export class ClassEvaluationType {
  @Field(() => String, { description: 'Name of the class.' })
  class: string;
  @Field(() => Int, { description: 'Pictures of the class that were judged.' })
  imageCount: number;
  @Field(() => Float, { nullable: true, description: 'Share of those called so that are so.' })
  precision: number | null;
  @Field(() => Float, { nullable: true, description: 'Share of those that are so that were called so.' })
  recall: number | null;
  @Field(() => Float, { nullable: true, description: 'Harmonic mean of precision and recall.' })
  f1: number | null;
}

export const BaselineVerdict = {
  BETTER: 'BETTER',
  INDISTINGUISHABLE: 'INDISTINGUISHABLE',
  WORSE: 'WORSE',
} as const;
registerEnumType(BaselineVerdict, {
  name: 'BaselineVerdict',
  description: 'Whether a classifier differs from its baseline by more than noise (p below 0.05).',
  valuesConfig: {
    BETTER: { description: 'More accurate, by more than noise.' },
    INDISTINGUISHABLE: { description: 'The difference may be luck.' },
    WORSE: { description: 'Less accurate, by more than noise.' },
  },
});

@ObjectType('Baseline', {
  description: 'The simplest thing that could have been done instead, on the same pictures.',
  simpleResolvers: true,
})
export class BaselineType {
  @Field(() => String, {
    description:
      '`linear-probe`: softmax regression on features of the frozen base, tuned by cross-validation.',
  })
  name: string;
  @Field(() => String, { description: 'Layer whose output the features are.' })
  layer: string;
  @Field(() => Float, { description: 'Its share of pictures put into the right class.' })
  accuracy: number;
  @Field(() => Float, { description: 'Accuracy of the version less that of the baseline.' })
  difference: number;
  @Field(() => IntervalType, { description: '95 % bootstrap interval of the difference, over pairs.' })
  differenceInterval: IntervalType;
  @Field(() => Float, { description: 'Two-sided mid-p McNemar test of no difference.' })
  pValue: number;
  @Field(() => BaselineVerdict, { description: 'What follows from it.' })
  verdict: Baseline['verdict'];

  static of(baseline: Baseline): BaselineType {
    const [low, high] = baseline.differenceInterval;
    return { ...baseline, differenceInterval: { low, high } };
  }
}

@ObjectType('Latency', {
  description: 'Time for one picture at a time, decoding not included, on the machine that evaluated.',
  simpleResolvers: true,
})
export class LatencyType {
  @Field(() => Float, { description: 'Median, milliseconds.' })
  medianMs: number;
  @Field(() => Float, { description: 'Nine in ten pictures take no longer; milliseconds.' })
  p90Ms: number;
}

@ObjectType('Evaluation', {
  description: 'How a version did on pictures it never saw. Fractions are in [0, 1].',
  simpleResolvers: true,
})
export class EvaluationType {
  @Field(() => String, { description: 'The split that was judged: test or validation.' })
  split: string;
  @Field(() => Int, { description: 'Pictures the numbers are over.' })
  imageCount: number;
  @Field(() => Int, { description: 'Left out because they nearly equal a training picture.' })
  excludedNearDuplicates: number;
  @Field(() => Float, { description: 'Share of pictures put into the right class.' })
  accuracy: number;
  @Field(() => IntervalType, { description: '95 % bootstrap interval of the accuracy.' })
  accuracyInterval: IntervalType;
  @Field(() => Float, {
    nullable: true,
    description: 'Share whose class is among the five likeliest; null with five classes or fewer.',
  })
  top5Accuracy: number | null;
  @Field(() => Float, { description: 'Mean over classes of their recall.' })
  balancedAccuracy: number;
  @Field(() => Float, { description: 'Mean over classes of their F1.' })
  macroF1: number;
  @Field(() => Float, { nullable: true, description: 'Expected calibration error over 15 bins.' })
  calibrationError: number | null;
  @Field(() => [String], { description: 'Class names, in the order of the table and the matrix.' })
  classes: string[];
  @Field(() => [ClassEvaluationType], { description: 'By class.' })
  perClass: ClassEvaluationType[];
  @Field(() => [[Int]], { description: 'Counts: `confusion[actual][predicted]`.' })
  confusion: number[][];
  @Field(() => BaselineType, {
    nullable: true,
    description:
      'A linear classifier on the frozen base, to compare with; null where the version is one itself, or memory did not suffice for it.',
  })
  baseline: BaselineType | null;
  @Field(() => LatencyType, { nullable: true, description: 'How quick it is; null where not measured.' })
  latency: LatencyType | null;

  static of(evaluation: Evaluation): EvaluationType {
    const [low, high] = evaluation.accuracyInterval;
    // Versions of earlier releases were evaluated without either.
    const { baseline = null, latency = null } = evaluation as Partial<Evaluation>;
    return {
      ...evaluation,
      accuracyInterval: { low, high },
      baseline: baseline === null ? null : BaselineType.of(baseline),
      latency,
    };
  }
}
