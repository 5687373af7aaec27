import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { scenarios, type Promised, type Recommendation } from '../../advisor/advice.js';
import type { Corrections } from '../../advisor/record/corrections.js';
import type { AdviceLineRow, AdviceRow, LineOutcomeRow } from '../../jobs/advice/load-advices.js';
import { Node, type NodeType } from '../node.js';
import { adviceById } from './advice-loaders.js';

export const Scenario = Object.fromEntries(scenarios.map((name) => [name, name])) as {
  [Name in (typeof scenarios)[number]]: Name;
};
registerEnumType(Scenario, {
  name: 'Scenario',
  description: 'The two questions that decide how much of a network to retrain, answered by measurement.',
  valuesConfig: {
    SMALL_SIMILAR: { description: 'Few pictures, much like those of the pre-training.' },
    LARGE_SIMILAR: { description: 'Many pictures, much like those of the pre-training.' },
    SMALL_DIFFERENT: { description: 'Few pictures, unlike those of the pre-training.' },
    LARGE_DIFFERENT: { description: 'Many pictures, unlike those of the pre-training.' },
  },
});

@ObjectType('Promised', {
  description: 'A value, and the interval that it is promised to lie in four times out of five.',
  simpleResolvers: true,
})
export class PromisedType implements Promised {
  @Field(() => Float, { description: 'What is expected.' })
  value: number;
  @Field(() => Float, { description: 'Lower end of the 80 % interval.' })
  low: number;
  @Field(() => Float, { description: 'Upper end of the 80 % interval.' })
  high: number;
}

@ObjectType('AdviceOutcome', {
  description:
    'What became of a line: a fine-tune that was launched by it, or that happens to answer it, in a job of its own or in a sweep.',
  simpleResolvers: true,
})
export class AdviceOutcomeType implements LineOutcomeRow {
  jobId: string;
  modelVersionId: string | null;
  @Field(() => Float, { description: 'Test accuracy of what was made, 0 to 1.' })
  accuracy: number;
  @Field(() => Int, { description: 'Test pictures that it is a share of.' })
  testPictures: number;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it lies in the promised interval, as nearly as so many test pictures can tell: itself, or drawn in by half a picture. Null where no accuracy was promised.',
  })
  isInside: boolean | null;
}

@ObjectType('AdviceCandidate', {
  description: 'A line of an advice: something to launch, with what to expect of it and why.',
  simpleResolvers: true,
})
export class AdviceCandidateType implements Omit<AdviceLineRow, 'outcomes'> {
  versionId: string;
  uncorrected: Promised | null;
  canRun: boolean;
  @Field(() => Int, { description: 'Its place, from 1, the best; `launchFineTune` takes it.' })
  rank: number;
  @Field(() => Boolean, {
    description:
      'Whether its model was deleted, or taken from your sight, since: then it cannot be launched.',
  })
  isGone: boolean;
  @Field(() => String, { description: 'Name of the strategy.' })
  strategy: string;
  @Field(() => String, {
    nullable: true,
    description: 'Version of the strategy; null: the newest there is at the launch.',
  })
  strategyVersion: string | null;
  @Field(() => GraphQLJSONObject, { description: 'Parameters, as a launch takes them.' })
  parameters: Record<string, unknown>;
  @Field(() => String, {
    nullable: true,
    description: 'The layer after which the network is cut; null where the strategy decides by itself.',
  })
  layer: string | null;
  @Field(() => PromisedType, { nullable: true, description: 'Test accuracy, 0 to 1; null: not estimated.' })
  accuracy: Promised | null;
  @Field(() => PromisedType, {
    nullable: true,
    description: 'Seconds of the job on the machine that measured; null: not estimated.',
  })
  seconds: Promised | null;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Bytes of memory of the job at its peak; null: not estimated.',
  })
  peakMemoryBytes: number | null;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Bytes that the zoo stores more than it has; null: not estimated.',
  })
  storedBytes: number | null;
  @Field(() => String, { description: 'Why, in two sentences over the numbers.' })
  reason: string;
  @Field(() => [String], { description: 'What speaks against it.' })
  warnings: string[];
}

@ObjectType('ModelNotMeasured', {
  description: 'A model that was asked about and is not ranked by measurement.',
  simpleResolvers: true,
})
export class ModelNotMeasuredType {
  versionId: string;
  @Field(() => String, { description: 'Why.' })
  reason: string;
}

@ObjectType('AdviceCorrection', {
  description: 'What the track record of this zoo added to the promises of a family of strategies.',
  simpleResolvers: true,
})
export class AdviceCorrectionType {
  @Field(() => String, { description: 'Name of the strategy, with its kind of classifier or start.' })
  family: string;
  @Field(() => Int, { description: 'Outcomes that it rests on.' })
  outcomes: number;
  @Field(() => Float, { description: 'Added to the log-odds of the accuracy.' })
  shift: number;
  @Field(() => Float, { description: 'Factor of the interval’s width, in log-odds.' })
  scale: number;
}

/** The corrections of an advice as a list. */
export function listCorrections(corrections: Corrections): AdviceCorrectionType[] {
  return Object.entries(corrections).map(([family, correction]) => ({ family, ...correction }));
}

@ObjectType('Advice', {
  implements: Node,
  description:
    'Which models to adapt to a data set, how much of them to keep and with which strategy, best first; what was promised, and what came of it. Seen by who asked for it, and by admins.',
  simpleResolvers: true,
})
export class AdviceType
  extends Node
  implements Omit<AdviceRow, 'candidates' | 'corrections' | 'measurements'>
{
  jobId: string;
  datasetVersionId: string;
  @Field(() => Scenario, {
    nullable: true,
    description: 'Size and similarity; null where nothing is learned, or nothing was measured.',
  })
  scenario: Recommendation['scenario'];
  @Field(() => String, { description: 'What to do, in one or two sentences.' })
  summary: string;
  @Field(() => Boolean, {
    description: 'Whether a linear classifier is expected to be as good as everything else, within noise.',
  })
  staysLinear: boolean;
  @Field(() => [ModelNotMeasuredType], {
    description: 'Models that were asked about and are not ranked, with the reason.',
  })
  notMeasured: ModelNotMeasuredType[];
  @Field(() => Int, {
    description:
      'Models that you could see and that were not even looked at, since an advice that names none looks at 200: name them to have them compared.',
  })
  notConsidered: number;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was given.' })
  createdAt: Date;
}

export const adviceNode: NodeType = {
  typeName: 'Advice',
  load: async (context, rowIds) => (await adviceById(context).loadMany(rowIds)) as (AdviceRow | null)[],
};
