import { ZooError } from '../../errors.js';
import { isAdmin, type Principal } from './principal.js';

/**
 * The one rule of who sees what, as an SQL predicate over a row with `owner_id`, `visibility` and `deleted_at` (models
 * and data sets; a version is seen with its model). Every read of the catalogue carries it: lists, counts, search,
 * lineage, node(id), files and subscriptions. What it hides is NOT_FOUND, as if it were not there.
 *
 * It is text without parameters, so it fits raw SQL and query builders alike: `andWhere(visibleTo(principal, 'model'))`.
 *
 * @param alias name of the table in the query.
 */
export function visibleTo(principal: Principal, alias: string): string {
  const row = identifier(alias);
  if (isAdmin(principal)) return `(${row}.deleted_at IS NULL)`;
  if (!mayRead(principal)) return 'FALSE';
  return `(${row}.deleted_at IS NULL AND (${row}.visibility = 'PUBLIC' OR ${ownedBy(principal, alias)}))`;
}

/** The same rule for jobs: whoever launched one sees it, and admins do. */
export function jobVisibleTo(principal: Principal, alias: string): string {
  const row = identifier(alias);
  if (isAdmin(principal)) return 'TRUE';
  if (principal.account === undefined) return 'FALSE';
  return `(${row}.launched_by = ${uuidLiteral(principal.account.id)})`;
}

/** Rows the principal may change, deleted ones among them: their own, or any for an admin. */
export function ownedBy(principal: Principal, alias: string): string {
  const row = identifier(alias);
  if (isAdmin(principal)) return 'TRUE';
  if (principal.account === undefined) return 'FALSE';
  return `(${row}.owner_id = ${uuidLiteral(principal.account.id)})`;
}

/** Accounts read by having a token, whatever its scopes; anonymous callers only where the configuration lets them. */
function mayRead(principal: Principal): boolean {
  return principal.account !== undefined || principal.scopes.has('read');
}

function identifier(alias: string): string {
  if (!/^[a-z_][a-z0-9_]*$/i.test(alias)) throw new ZooError('INTERNAL', 'not a table alias');
  return `"${alias}"`;
}

/** An account id as a literal. Ids come from our own rows; anything else is a fault, not input. */
function uuidLiteral(id: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new ZooError('INTERNAL', 'not an account id');
  return `'${id}'::uuid`;
}
