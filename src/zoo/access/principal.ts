import { ZooError } from '../../errors.js';

export type Scope = 'read' | 'write' | 'launch' | 'admin';

/** Who asks: an account through one of its tokens, or nobody in particular. Every read of the catalogue goes by it. */
export interface Principal {
  /** Undefined: anonymous. */
  account: { id: string; name: string; role: 'ADMIN' | 'MEMBER' } | undefined;
  scopes: ReadonlySet<Scope>;
  /** When the token that it acts through ends; undefined: never. */
  expiresAt?: Date;
}

export const anonymous: Principal = { account: undefined, scopes: new Set() };

/** True for admin accounts acting through a token with the admin scope. */
export function isAdmin(principal: Principal): boolean {
  return principal.account?.role === 'ADMIN' && principal.scopes.has('admin');
}

/**
 * The acting account, if its token carries the scope (`admin` carries every scope).
 *
 * @throws ZooError UNAUTHENTICATED for anonymous callers, FORBIDDEN without the scope.
 */
export function requireScope(principal: Principal, scope: Scope): NonNullable<Principal['account']> {
  if (principal.account === undefined) {
    throw new ZooError('UNAUTHENTICATED', 'This needs a token; send `Authorization: Bearer <token>`.');
  }
  if (!principal.scopes.has(scope) && !principal.scopes.has('admin')) {
    throw new ZooError(
      'FORBIDDEN',
      `This needs a token with the scope "${scope}"; this one has: ${[...principal.scopes].join(', ')}.`,
    );
  }
  return principal.account;
}
