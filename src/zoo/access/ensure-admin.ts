import type { EntityManager } from 'typeorm';
import { recordAudit } from '../audit.js';
import { Account, ApiToken } from '../database/entities/index.js';
import type { Zoo } from '../zoo.js';
import { hashToken, newTokenText, tokenPrefix } from './token-text.js';

const configuredTokenName = 'ZOO_ADMIN_TOKEN';

export interface EnsuredAdmin {
  account: Account;
  /** The text of a token made just now. Undefined on every later start, and where the configuration gives the token. */
  token: string | undefined;
}

/**
 * Sees to it that there is an admin to begin with. At the first start it makes the account `admin` and one token,
 * returned here once. Where `ZOO_ADMIN_TOKEN` is set that token is let in instead, and an earlier one set that way
 * is revoked: changing the variable and restarting is also the way back in after losing the token.
 */
export async function ensureAdmin(zoo: Zoo): Promise<EnsuredAdmin> {
  return zoo.database.transaction(async (manager) => {
    // Several servers may start at once on one database; one of them makes the account.
    await manager.query(`SELECT pg_advisory_xact_lock(hashtext('zoo.ensure-admin'))`);
    const existing = await manager.findOneBy(Account, { name: 'admin' });
    const account = existing ?? (await createAdmin(manager));
    const configured = zoo.config.access.adminToken;
    if (configured !== undefined) {
      await letInConfigured(manager, account, configured);
      return { account, token: undefined };
    }
    if ((await manager.countBy(ApiToken, { accountId: account.id })) > 0)
      return { account, token: undefined };
    const token = newTokenText();
    await addToken(manager, account, 'first start', token);
    return { account, token };
  });
}

async function createAdmin(manager: EntityManager): Promise<Account> {
  const account = await manager.save(manager.create(Account, { name: 'admin', kind: 'USER', role: 'ADMIN' }));
  await recordAudit(manager, undefined, 'account.create', account.id, { name: 'admin', role: 'ADMIN' });
  return account;
}

async function letInConfigured(manager: EntityManager, account: Account, text: string): Promise<void> {
  const tokenHash = hashToken(text);
  await manager.query(
    `UPDATE api_tokens SET revoked_at = now()
      WHERE account_id = $1 AND name = $2 AND token_hash <> $3 AND revoked_at IS NULL`,
    [account.id, configuredTokenName, tokenHash],
  );
  const known = await manager.findOneBy(ApiToken, { tokenHash });
  if (known === null) await addToken(manager, account, configuredTokenName, text);
  else await manager.update(ApiToken, { tokenHash }, { revokedAt: null });
}

async function addToken(manager: EntityManager, account: Account, name: string, text: string): Promise<void> {
  const token = await manager.save(
    manager.create(ApiToken, {
      accountId: account.id,
      name,
      tokenHash: hashToken(text),
      prefix: tokenPrefix(text),
      scopes: ['read', 'write', 'launch', 'admin'],
    }),
  );
  await recordAudit(manager, account.id, 'api-token.create', token.id, { name });
}
