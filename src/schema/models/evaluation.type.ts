import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Evaluation } from '../../learning/evaluation.js';

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

  static of(evaluation: Evaluation): EvaluationType {
    const [low, high] = evaluation.accuracyInterval;
    return { ...evaluation, accuracyInterval: { low, high } };
  }
}
