import type { EntityManager } from 'typeorm';
import { ZooError } from '../../errors.js';
import { isAdmin, requireScope, type Principal } from './principal.js';
import { ownedBy, visibleTo } from './visible-to.js';

/**
 * The account under whose name something new is to be made: one's own, or any existing one for an admin.
 *
 * @throws ZooError UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function ownerForCreating(
  manager: EntityManager,
  principal: Principal,
  ownerName: string,
): Promise<{ id: string; name: string }> {
  const actor = requireScope(principal, 'write');
  if (actor.name === ownerName) return { id: actor.id, name: actor.name };
  if (!isAdmin(principal)) {
    throw new ZooError(
      'FORBIDDEN',
      `"${actor.name}" may create under its own name only, not under "${ownerName}"; use "${actor.name}/…".`,
    );
  }
  const rows: { id: string; name: string }[] = await manager.query(
    `SELECT id, name FROM accounts WHERE name = $1`,
    [ownerName],
  );
  const owner = rows[0];
  if (owner === undefined) {
    throw new ZooError('NOT_FOUND', `There is no account "${ownerName}"; make it with createAccount first.`);
  }
  return owner;
}

/**
 * Sees to it that the principal may change a model or data set, and locks its row until the transaction ends.
 *
 * @param deleted whether it must be among the deleted ones (to restore it) rather than the living.
 * @throws ZooError UNAUTHENTICATED, FORBIDDEN for what is seen but not owned, NOT_FOUND for the rest.
 */
export async function lockForChange(
  manager: EntityManager,
  principal: Principal,
  table: 'models' | 'datasets',
  id: string,
  deleted = false,
): Promise<{ id: string; name: string; ownerName: string }> {
  requireScope(principal, 'write');
  const noun = table === 'models' ? 'model' : 'data set';
  const seen = deleted
    ? `(r.deleted_at IS NOT NULL AND ${ownedBy(principal, 'r')})`
    : visibleTo(principal, 'r');
  const rows: { id: string; name: string; owner_name: string; owned: boolean }[] = await manager.query(
    `SELECT r.id, r.name, a.name AS owner_name, ${ownedBy(principal, 'r')} AS owned
       FROM ${table} r JOIN accounts a ON a.id = r.owner_id
      WHERE r.id = $1 AND ${seen}
        FOR UPDATE OF r`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) {
    throw new ZooError(
      'NOT_FOUND',
      `There is no such ${deleted ? 'deleted ' : ''}${noun}, or it is not visible to you.`,
    );
  }
  if (!row.owned) {
    throw new ZooError('FORBIDDEN', `Only its owner or an admin may change ${row.owner_name}/${row.name}.`);
  }
  return { id: row.id, name: row.name, ownerName: row.owner_name };
}
