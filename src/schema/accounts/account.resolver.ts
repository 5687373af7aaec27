import { Arg, Ctx, Field, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { createAccount } from '../../zoo/access/accounts.js';
import { createApiToken, listApiTokens, revokeApiToken } from '../../zoo/access/tokens.js';
import type { GraphQLContext } from '../context.js';
import { fromNodeId } from '../node-id.js';
import { CreateAccountInput, CreateApiTokenInput, RevokeApiTokenInput, TokenScope } from './account.input.js';
import { accountNode, AccountRole, AccountType } from './account.type.js';
import {
  ApiTokenType,
  CreateAccountPayload,
  CreateAccountResult,
  CreateApiTokenPayload,
  CreateApiTokenResult,
  RevokeApiTokenPayload,
  RevokeApiTokenResult,
} from './api-token.type.js';

@ObjectType('Viewer', { description: 'Who you are to the zoo.', simpleResolvers: true })
export class Viewer {
  @Field(() => AccountType, { description: 'The account you act as.' })
  account: AccountType;
  @Field(() => AccountRole, { description: 'What the account may do.' })
  role: 'ADMIN' | 'MEMBER';
  @Field(() => [TokenScope], { description: 'What the token you sent lets you do.' })
  scopes: string[];
  @Field(() => [ApiTokenType], { description: 'The account’s tokens, newest first.' })
  tokens: () => Promise<ApiTokenType[]>;
}

@Resolver()
export class AccountResolver {
  @Query(() => Viewer, { nullable: true, description: 'Who you are; null without a token.' })
  async viewer(@Ctx() context: GraphQLContext): Promise<Viewer | null> {
    const { principal, zoo } = context;
    if (principal.account === undefined) return null;
    const [account] = await accountNode.load(context, [principal.account.id]);
    return {
      account: account as AccountType,
      role: principal.account.role,
      scopes: [...principal.scopes],
      tokens: () => listApiTokens(zoo, principal),
    };
  }

  @Mutation(() => CreateAccountResult, { description: 'Makes an account. Admins only.' })
  async createAccount(
    @Arg('input', () => CreateAccountInput, { description: 'The account.' }) input: CreateAccountInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<CreateAccountPayload> {
    return { account: await createAccount(zoo, principal, input) };
  }

  @Mutation(() => CreateApiTokenResult, { description: 'Makes a token. Its text is shown this once.' })
  async createApiToken(
    @Arg('input', () => CreateApiTokenInput, { description: 'The token.' }) input: CreateApiTokenInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<CreateApiTokenPayload> {
    return createApiToken(zoo, principal, input);
  }

  @Mutation(() => RevokeApiTokenResult, { description: 'Revokes a token, at once and for good.' })
  async revokeApiToken(
    @Arg('input', () => RevokeApiTokenInput, { description: 'Which token.' }) input: RevokeApiTokenInput,
    @Ctx() { zoo, principal }: GraphQLContext,
  ): Promise<RevokeApiTokenPayload> {
    const id = fromNodeId('ApiToken', input.tokenId, 'tokenId');
    return { token: await revokeApiToken(zoo, principal, id) };
  }
}
