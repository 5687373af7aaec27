import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { recordAudit } from '../audit.js';
import { Account } from '../database/entities/index.js';
import { withIdempotency } from '../idempotency.js';
import { idempotencyKeySchema, nameSchema } from '../names.js';
import { parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { isAdmin, requireScope, type Principal } from './principal.js';

const createAccountSchema = z.object({
  name: nameSchema,
  kind: z.enum(['USER', 'ORGANIZATION'], 'must be USER or ORGANIZATION').default('USER'),
  role: z.enum(['ADMIN', 'MEMBER'], 'must be ADMIN or MEMBER').default('MEMBER'),
  idempotencyKey: idempotencyKeySchema,
});

export type CreateAccountInput = z.input<typeof createAccountSchema>;

/**
 * Makes an account: a person's or service's, or an organization that only owns. Admins only.
 *
 * @throws ZooError INPUT_INVALID, NAME_TAKEN, FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED
 */
export async function createAccount(
  zoo: Zoo,
  principal: Principal,
  input: CreateAccountInput,
): Promise<Account> {
  const actor = requireAdmin(principal);
  const value = parseInput(createAccountSchema, input);
  if (value.kind === 'ORGANIZATION' && value.role === 'ADMIN') {
    throw new ZooError('INPUT_INVALID', 'An organization only owns things; its role is MEMBER.', {
      problems: [{ path: 'role', message: 'must be MEMBER for an ORGANIZATION' }],
    });
  }
  return zoo.database.transaction(async (manager) => {
    const { id } = await withIdempotency(
      manager,
      actor,
      'createAccount',
      value.idempotencyKey,
      value,
      async () => {
        const rows: { id: string }[] = await manager.query(
          `INSERT INTO accounts (name, kind, role) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING id`,
          [value.name, value.kind, value.role],
        );
        const made = rows[0];
        if (made === undefined) {
          throw new ZooError(
            'NAME_TAKEN',
            `There is an account "${value.name}" already; choose another name.`,
          );
        }
        await recordAudit(manager, actor.id, 'account.create', made.id, {
          name: value.name,
          kind: value.kind,
          role: value.role,
        });
        return made.id;
      },
    );
    return manager.findOneByOrFail(Account, { id });
  });
}

/** @throws ZooError UNAUTHENTICATED, FORBIDDEN */
function requireAdmin(principal: Principal): NonNullable<Principal['account']> {
  const account = requireScope(principal, 'admin');
  if (!isAdmin(principal)) {
    throw new ZooError('FORBIDDEN', `Only an admin may do this; "${account.name}" is a member.`);
  }
  return account;
}
