import { Field, InputType, Int } from 'type-graphql';
import { Visibility } from '../models/model.type.js';

/** What every launch says whose result is a version of a model. */
@InputType()
export abstract class LaunchInput {
  @Field(() => String, {
    description: '`owner/name` of the model that receives what is made. It is made if it is not there.',
  })
  name: string;
  @Field(() => Visibility, {
    nullable: true,
    description: 'Who sees the model, where it is made now; PRIVATE by default.',
  })
  visibility?: 'PUBLIC' | 'PRIVATE' | null;
  @Field(() => String, { nullable: true, description: 'Your words about what is made.' })
  notes?: string | null;
  @Field(() => Int, { nullable: true, description: 'Everything random depends on it; 1 by default.' })
  seed?: number | null;
  @Field(() => String, { nullable: true, description: 'Sent again, it returns the first job.' })
  idempotencyKey?: string | null;
}
