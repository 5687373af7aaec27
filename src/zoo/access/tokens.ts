import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { recordAudit } from '../audit.js';
import { ApiToken } from '../database/entities/index.js';
import { invalidInput, parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { isAdmin, requireScope, type Principal, type Scope } from './principal.js';
import { hashToken, newTokenText, tokenPrefix } from './token-text.js';

const createApiTokenSchema = z.object({
  name: z.string().trim().min(1, 'must not be empty').max(100, 'at most 100 characters'),
  scopes: z
    .array(z.enum(['read', 'write', 'launch', 'admin'], 'must be read, write, launch or admin'))
    .min(1, 'at least one scope')
    .transform((scopes) => [...new Set<Scope>(['read', ...scopes])]),
  expiresAt: z.date('must be a date').nullish(),
  /** Whose token; an admin may make one for any account. */
  account: z.string().nullish(),
});

export type CreateApiTokenInput = z.input<typeof createApiTokenSchema>;

export interface CreatedApiToken {
  token: ApiToken;
  /** The bearer text: shown this once, only its digest is kept. */
  text: string;
}

/**
 * Makes a token for the acting account. A token grants no more than the one it was made with has, and lasts no longer.
 *
 * @throws ZooError INPUT_INVALID, FORBIDDEN, NOT_FOUND, UNAUTHENTICATED
 */
export async function createApiToken(
  zoo: Zoo,
  principal: Principal,
  input: CreateApiTokenInput,
): Promise<CreatedApiToken> {
  const actor = requireScope(principal, 'read');
  const value = parseInput(createApiTokenSchema, input);
  if (value.expiresAt && value.expiresAt.getTime() <= Date.now()) {
    throw invalidInput([
      { path: 'expiresAt', message: 'is in the past; choose a later moment or leave it out' },
    ]);
  }
  const excess = lacking(principal, value.scopes);
  if (excess.length > 0) {
    throw new ZooError(
      'FORBIDDEN',
      `A token cannot grant what yours lacks: ${excess.join(', ')}; yours has: ${[...principal.scopes].join(', ')}.`,
    );
  }
  const { expiresAt: end = null } = principal;
  const expiresAt = value.expiresAt ?? end;
  if (end !== null && expiresAt !== null && expiresAt > end) {
    throw new ZooError(
      'FORBIDDEN',
      `A token cannot outlast the one it is made with, which ends at ${end.toISOString()}; choose an earlier expiresAt.`,
    );
  }
  const owner = await tokenOwner(zoo, principal, actor, value.account ?? undefined);
  const text = newTokenText();
  return zoo.database.transaction(async (manager) => {
    const token = await manager.save(
      manager.create(ApiToken, {
        accountId: owner.id,
        name: value.name,
        tokenHash: hashToken(text),
        prefix: tokenPrefix(text),
        scopes: value.scopes,
        expiresAt,
      }),
    );
    await recordAudit(manager, actor.id, 'api-token.create', token.id, {
      name: value.name,
      scopes: value.scopes,
      account: owner.name,
    });
    return { token, text };
  });
}

/**
 * Revokes a token at once and for good. Revoking twice is no error. A token revokes only such as may do no more than it,
 * so that one that leaked, made for reading, cannot lock its owner out.
 *
 * @param tokenId row id of a token of the acting account, or of anyone's for an admin.
 * @throws ZooError NOT_FOUND, FORBIDDEN, UNAUTHENTICATED
 */
export async function revokeApiToken(zoo: Zoo, principal: Principal, tokenId: string): Promise<ApiToken> {
  const actor = requireScope(principal, 'read');
  return zoo.database.transaction(async (manager) => {
    const token = await manager.findOneBy(ApiToken, { id: tokenId });
    if (token === null || (token.accountId !== actor.id && !isAdmin(principal))) {
      throw new ZooError('NOT_FOUND', 'There is no such token among yours.');
    }
    const excess = lacking(principal, token.scopes);
    if (excess.length > 0) {
      throw new ZooError(
        'FORBIDDEN',
        `That token may do more than yours, which lacks: ${excess.join(', ')}; revoke it with one that has them.`,
      );
    }
    if (token.revokedAt !== null) return token;
    await manager.query(`UPDATE api_tokens SET revoked_at = now() WHERE id = $1`, [tokenId]);
    await recordAudit(manager, actor.id, 'api-token.revoke', tokenId, { name: token.name });
    return manager.findOneByOrFail(ApiToken, { id: tokenId });
  });
}

/** The acting account's tokens, newest first. */
export async function listApiTokens(zoo: Zoo, principal: Principal): Promise<ApiToken[]> {
  const actor = requireScope(principal, 'read');
  return zoo.database.manager.find(ApiToken, {
    where: { accountId: actor.id },
    order: { createdAt: 'DESC', id: 'DESC' },
  });
}

/** Those of the scopes that the principal's token does not have. */
function lacking(principal: Principal, wanted: readonly string[]): string[] {
  const held: ReadonlySet<string> = principal.scopes;
  return held.has('admin') ? [] : wanted.filter((scope) => !held.has(scope));
}

async function tokenOwner(
  zoo: Zoo,
  principal: Principal,
  actor: { id: string; name: string },
  name: string | undefined,
): Promise<{ id: string; name: string }> {
  if (name === undefined || name === actor.name) return actor;
  if (!isAdmin(principal)) {
    throw new ZooError(
      'FORBIDDEN',
      'Only an admin may make tokens for another account; leave `account` out.',
    );
  }
  const rows: { id: string; name: string; kind: string }[] = await zoo.database.query(
    `SELECT id, name, kind FROM accounts WHERE name = $1`,
    [name],
  );
  const owner = rows[0];
  if (owner === undefined) throw new ZooError('NOT_FOUND', `There is no account "${name}".`);
  if (owner.kind === 'ORGANIZATION') {
    throw invalidInput([
      { path: 'account', message: `"${name}" is an organization: it owns, but nobody acts as it` },
    ]);
  }
  return owner;
}
