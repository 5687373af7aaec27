import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { AccountKind, AccountRole } from './account.type.js';

export const TokenScope = { READ: 'read', WRITE: 'write', LAUNCH: 'launch', ADMIN: 'admin' } as const;
registerEnumType(TokenScope, {
  name: 'TokenScope',
  description: 'What a token lets its bearer do.',
  valuesConfig: {
    READ: { description: 'Read what the account sees. Every token has it.' },
    WRITE: { description: 'Create, publish and edit models and data sets.' },
    LAUNCH: { description: 'Launch and cancel jobs.' },
    ADMIN: { description: 'Everything the account may do.' },
  },
});

@InputType('CreateAccountInput', { description: 'An account to make.' })
export class CreateAccountInput {
  @Field(() => String, { description: 'Lower-case handle of 1 to 96 characters.' })
  name: string;
  @Field(() => AccountKind, { defaultValue: 'USER', description: 'What it stands for.' })
  kind: keyof typeof AccountKind;
  @Field(() => AccountRole, { defaultValue: 'MEMBER', description: 'What it may do.' })
  role: keyof typeof AccountRole;
  @Field(() => String, { nullable: true, description: 'Sent again, it returns what the first call made.' })
  idempotencyKey?: string | null;
}

@InputType('CreateApiTokenInput', { description: 'A token to make.' })
export class CreateApiTokenInput {
  @Field(() => String, { description: 'What it is for, so that you can tell tokens apart.' })
  name: string;
  @Field(() => [TokenScope], { description: 'What it lets its bearer do; no more than your own token does.' })
  scopes: ('read' | 'write' | 'launch' | 'admin')[];
  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: 'When it stops working; never by default.',
  })
  expiresAt?: Date | null;
  @Field(() => String, {
    nullable: true,
    description: 'Name of the account it acts as; your own by default. Admins only.',
  })
  account?: string | null;
}

@InputType('RevokeApiTokenInput', { description: 'A token to revoke.' })
export class RevokeApiTokenInput {
  @Field(() => ID, { description: 'Id of the token.' })
  tokenId: string;
}
