import type { EntityManager } from 'typeorm';
import { canonicalJson } from '../canonical-json.js';
import { ZooError } from '../errors.js';
import { IdempotencyKey } from './database/entities/index.js';
import { hashBytes } from '../learning/sha256.js';

export interface IdempotentResult {
  /** Id of the row that this call, or the first one with the key, made. */
  id: string;
  /** True when an earlier call made it: nothing was done now. */
  repeated: boolean;
}

/**
 * Runs `make` once per key: a client that lost the answer sends the same mutation with the same key again and gets what
 * the first call made. Without a key, `make` simply runs. It must be called in the transaction that makes the row, so
 * that key and row appear together; calls with one key that come at the same time wait for each other.
 *
 * @param input what was asked, key aside; its canonical JSON is compared by digest.
 * @param make does the work and returns the id of the row it made.
 * @throws ZooError IDEMPOTENCY_KEY_REUSED when the key came with another input before.
 */
export async function withIdempotency(
  manager: EntityManager,
  account: { id: string },
  mutation: string,
  key: string | null | undefined,
  input: unknown,
  make: () => Promise<string>,
): Promise<IdempotentResult> {
  if (key === null || key === undefined) return { id: await make(), repeated: false };
  await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `zoo.idempotency:${account.id}:${mutation}:${key}`,
  ]);
  const earlier = await findEarlierResult(manager, account, mutation, key, input);
  if (earlier !== undefined) return { id: earlier, repeated: true };
  const id = await make();
  const inputDigest = digestOf(input);
  await manager.insert(IdempotencyKey, { accountId: account.id, mutation, key, inputDigest, resultId: id });
  return { id, repeated: false };
}

/**
 * What an earlier call with this key made: for mutations that do long work before their transaction and want to skip it.
 *
 * @throws ZooError IDEMPOTENCY_KEY_REUSED
 */
export async function findEarlierResult(
  manager: EntityManager,
  account: { id: string },
  mutation: string,
  key: string | null | undefined,
  input: unknown,
): Promise<string | undefined> {
  if (key === null || key === undefined) return undefined;
  const earlier = await manager.findOneBy(IdempotencyKey, { accountId: account.id, mutation, key });
  if (earlier === null) return undefined;
  if (earlier.inputDigest === digestOf(input)) return earlier.resultId;
  throw new ZooError(
    'IDEMPOTENCY_KEY_REUSED',
    `The idempotency key ${JSON.stringify(key)} came with another input of ${mutation} before; use a fresh key for a new request.`,
  );
}

function digestOf(input: unknown): string {
  return hashBytes(canonicalJson(withoutKey(input)));
}

function withoutKey(input: unknown): unknown {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return input;
  return { ...input, idempotencyKey: undefined, clientMutationId: undefined };
}
