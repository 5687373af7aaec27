import type { EntityManager } from 'typeorm';
import { ZooError } from '../errors.js';

const kinds = {
  models: { word: 'model', restore: 'restoreModel' },
  datasets: { word: 'data set', restore: 'restoreDataset' },
} as const;

/** The error for a name that is in use, with the way on: a deleted holder of the name can be restored. */
export async function nameTaken(
  manager: EntityManager,
  table: keyof typeof kinds,
  owner: { id: string; name: string },
  name: string,
): Promise<ZooError> {
  const { word, restore } = kinds[table];
  const rows: { deleted: boolean }[] = await manager.query(
    `SELECT deleted_at IS NOT NULL AS deleted FROM ${table} WHERE owner_id = $1 AND name = $2`,
    [owner.id, name],
  );
  const advice = rows[0]?.deleted
    ? `It is deleted; restore it with ${restore}, or choose another name.`
    : 'Publish a version to it, or choose another name.';
  return new ZooError('NAME_TAKEN', `There is a ${word} ${owner.name}/${name} already. ${advice}`);
}
