import { GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { LaunchEstimate } from '../../jobs/advice/estimate-launch.js';
import { PromisedType } from './advice.type.js';

export const EstimateBasis = {
  ADVICE: 'ADVICE',
  PROFILE: 'PROFILE',
  MANIFEST: 'MANIFEST',
} as const;
registerEnumType(EstimateBasis, {
  name: 'EstimateBasis',
  description: 'What an estimate rests on.',
  valuesConfig: {
    ADVICE: { description: 'An advice of yours measured this model on these pictures.' },
    PROFILE: { description: 'The model’s transfer profile has these pictures.' },
    MANIFEST: {
      description: 'Nothing was measured of the two together: only what follows from their sizes is known.',
    },
  },
});

@ObjectType('Estimate', {
  description: 'What a fine-tune would come to, if it was launched; null: not estimated.',
  simpleResolvers: true,
})
export class EstimateType implements LaunchEstimate {
  adviceId: string | null;
  @Field(() => EstimateBasis, { description: 'What it rests on.' })
  basis: LaunchEstimate['basis'];
  @Field(() => GraphQLJSONObject, {
    description: 'Parameters, as the job would carry them; defaults filled in.',
  })
  parameters: Record<string, unknown>;
  @Field(() => String, {
    nullable: true,
    description: 'The layer after which the network would be cut; null where the strategy decides by itself.',
  })
  layer: string | null;
  @Field(() => PromisedType, { nullable: true, description: 'Test accuracy, 0 to 1.' })
  accuracy: LaunchEstimate['accuracy'];
  @Field(() => PromisedType, { nullable: true, description: 'Seconds of the job.' })
  seconds: LaunchEstimate['seconds'];
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Bytes of memory of the job at its peak.' })
  peakMemoryBytes: number | null;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Bytes that the zoo would store more than it has.',
  })
  storedBytes: number | null;
  @Field(() => String, { description: 'Where it comes from, or why there is none, in words.' })
  reason: string;
  @Field(() => [String], { description: 'What speaks against launching it.' })
  warnings: string[];
}
