import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { inOrderOf } from '../loader.js';
import { Node, type NodeType } from '../node.js';

export const AccountKind = { USER: 'USER', ORGANIZATION: 'ORGANIZATION' } as const;
registerEnumType(AccountKind, {
  name: 'AccountKind',
  description: 'What an account stands for.',
  valuesConfig: {
    USER: { description: 'A person or a service, who acts.' },
    ORGANIZATION: { description: 'A group that owns things; nobody acts as it.' },
  },
});

export const AccountRole = { ADMIN: 'ADMIN', MEMBER: 'MEMBER' } as const;
registerEnumType(AccountRole, {
  name: 'AccountRole',
  description: 'What an account may do.',
  valuesConfig: {
    ADMIN: { description: 'Sees and changes everything.' },
    MEMBER: { description: 'Sees what is public or its own, and changes its own.' },
  },
});

@ObjectType('Account', {
  implements: Node,
  description: 'Who owns things and who acts; the `owner` in `owner/name`.',
  simpleResolvers: true,
})
export class AccountType extends Node {
  @Field(() => String, { description: 'Lower-case handle.' })
  name: string;
  @Field(() => AccountKind, { description: 'What it stands for.' })
  kind: keyof typeof AccountKind;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was made.' })
  createdAt: Date;
}

/** Accounts are names, not secrets: who can read anything can see who owns it. */
export const accountNode: NodeType = {
  typeName: 'Account',
  load: async (context, rowIds) => {
    if (context.principal.account === undefined && !context.principal.scopes.has('read')) {
      return rowIds.map(() => null);
    }
    const rows: AccountType[] = await context.zoo.database.query(
      `SELECT id, name, kind, created_at AS "createdAt" FROM accounts WHERE id = ANY($1::uuid[])`,
      [rowIds],
    );
    return inOrderOf(rowIds, rows, (row) => row.id);
  },
};
