import type { EntityManager } from 'typeorm';

/**
 * Notes who did what, in the transaction that does it: the note exists exactly when the change does.
 *
 * @param accountId who acted; undefined for the server itself.
 * @param action `subject.verb`, for example `model-version.publish`.
 * @param detail what changed, without secrets and without whole cards or manifests.
 */
export async function recordAudit(
  manager: EntityManager,
  accountId: string | undefined,
  action: string,
  subjectId: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await manager.query(
    `INSERT INTO audit_events (account_id, action, subject_id, detail) VALUES ($1, $2, $3, $4)`,
    [accountId ?? null, action, subjectId, JSON.stringify(detail)],
  );
}
