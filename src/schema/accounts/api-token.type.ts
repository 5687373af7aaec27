import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { resultOf } from '../failure.js';
import { Node, type NodeType } from '../node.js';
import { TokenScope } from './account.input.js';
import { AccountType } from './account.type.js';
import { inOrderOf } from '../loader.js';

@ObjectType('ApiToken', {
  implements: Node,
  description: 'A bearer token of an account. Its text is shown once, when it is made.',
  simpleResolvers: true,
})
export class ApiTokenType extends Node {
  @Field(() => String, { description: 'What it is for.' })
  name: string;
  @Field(() => String, { description: 'First characters of its text.' })
  prefix: string;
  @Field(() => [TokenScope], { description: 'What it lets its bearer do.' })
  scopes: string[];
  @Field(() => GraphQLDateTimeISO, { description: 'When it was made.' })
  createdAt: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was last used, to the minute.' })
  lastUsedAt: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it stops working.' })
  expiresAt: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was revoked.' })
  revokedAt: Date | null;
}

@ObjectType('CreateAccountPayload', { description: 'An account was made.', simpleResolvers: true })
export class CreateAccountPayload {
  @Field(() => AccountType, { description: 'The account.' })
  account: AccountType;
}
export const CreateAccountResult = resultOf('CreateAccount', () => CreateAccountPayload);

@ObjectType('CreateApiTokenPayload', { description: 'A token was made.', simpleResolvers: true })
export class CreateApiTokenPayload {
  @Field(() => ApiTokenType, { description: 'The token.' })
  token: ApiTokenType;
  @Field(() => String, {
    description: 'Its text, to send as `Authorization: Bearer …`. It is shown this once; keep it safe.',
  })
  text: string;
}
export const CreateApiTokenResult = resultOf('CreateApiToken', () => CreateApiTokenPayload);

@ObjectType('RevokeApiTokenPayload', { description: 'A token was revoked.', simpleResolvers: true })
export class RevokeApiTokenPayload {
  @Field(() => ApiTokenType, { description: 'The token, which works no more.' })
  token: ApiTokenType;
}
export const RevokeApiTokenResult = resultOf('RevokeApiToken', () => RevokeApiTokenPayload);

/** Tokens are seen by their own account only. */
export const apiTokenNode: NodeType = {
  typeName: 'ApiToken',
  load: async ({ zoo, principal }, rowIds) => {
    if (principal.account === undefined) return rowIds.map(() => null);
    const rows: ApiTokenType[] = await zoo.database.query(
      `SELECT id, name, prefix, scopes, created_at AS "createdAt", last_used_at AS "lastUsedAt",
              expires_at AS "expiresAt", revoked_at AS "revokedAt"
         FROM api_tokens WHERE id = ANY($1::uuid[]) AND account_id = $2`,
      [rowIds, principal.account.id],
    );
    return inOrderOf(rowIds, rows, (row) => row.id);
  },
};
