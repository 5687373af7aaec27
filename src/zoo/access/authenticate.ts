import { ZooError } from '../../errors.js';
import type { Zoo } from '../zoo.js';
import type { Principal, Scope } from './principal.js';
import { hashToken } from './token-text.js';

interface TokenRow {
  token_id: string;
  account_id: string;
  account_name: string;
  role: 'ADMIN' | 'MEMBER';
  scopes: Scope[];
  expires_at: Date | null;
  stale: boolean;
}

/**
 * Finds out who asks from an `Authorization` header. No header is an anonymous caller, who may read public things
 * where `ZOO_ANONYMOUS_READ` allows it. Tokens are looked up on every request, so a revocation holds at once.
 *
 * @throws ZooError UNAUTHENTICATED when a token was sent and is not good: it never falls back to anonymous.
 */
export async function authenticate(zoo: Zoo, authorization: string | undefined): Promise<Principal> {
  if (authorization === undefined || authorization === '') return anonymousPrincipal(zoo);
  const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (text === undefined) {
    throw new ZooError(
      'UNAUTHENTICATED',
      'The Authorization header is not of the form `Bearer <token>`; send it so, or leave it out.',
    );
  }
  const rows: TokenRow[] = await zoo.database.query(
    `SELECT t.id AS token_id, t.scopes, t.expires_at, a.id AS account_id, a.name AS account_name, a.role,
            (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute') AS stale
       FROM api_tokens t JOIN accounts a ON a.id = t.account_id
      WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())`,
    [hashToken(text)],
  );
  const row = rows[0];
  if (row === undefined) {
    throw new ZooError(
      'UNAUTHENTICATED',
      'The token is unknown, expired or revoked; make a new one and send that.',
    );
  }
  if (row.stale) {
    await zoo.database.query(`UPDATE api_tokens SET last_used_at = now() WHERE id = $1`, [row.token_id]);
  }
  return {
    account: { id: row.account_id, name: row.account_name, role: row.role },
    scopes: new Set(row.scopes),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
  };
}

function anonymousPrincipal(zoo: Zoo): Principal {
  return { account: undefined, scopes: new Set<Scope>(zoo.config.access.anonymousRead ? ['read'] : []) };
}
