import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { lockForChange } from '../access/ownership.js';
import { requireScope, type Principal } from '../access/principal.js';
import { recordAudit } from '../audit.js';
import { aliasSchema } from '../names.js';
import { parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { loadAliases, type AliasRow } from './load-models.js';

const setAliasSchema = z.object({
  alias: aliasSchema,
  version: z.int().min(1, 'must be a version number, from 1'),
});

/**
 * Points an alias at a version, wherever it pointed before.
 *
 * @param input.version number of a version of the model.
 * @throws ZooError INPUT_INVALID, NOT_FOUND (model or version), FORBIDDEN, UNAUTHENTICATED
 */
export async function setAlias(
  zoo: Zoo,
  principal: Principal,
  modelId: string,
  input: z.input<typeof setAliasSchema>,
): Promise<AliasRow> {
  const actor = requireScope(principal, 'write');
  const { alias, version } = parseInput(setAliasSchema, input);
  return zoo.database.transaction(async (manager) => {
    const model = await lockForChange(manager, principal, 'models', modelId);
    const set: { version_id: string }[] = await manager.query(
      `INSERT INTO aliases (model_id, name, version_id, updated_by)
       SELECT model_id, $2, id, $4 FROM model_versions WHERE model_id = $1 AND number = $3
       ON CONFLICT (model_id, name)
       DO UPDATE SET version_id = excluded.version_id, updated_by = excluded.updated_by, updated_at = now()
       RETURNING version_id`,
      [modelId, alias, version, actor.id],
    );
    if (set[0] === undefined) {
      throw new ZooError('NOT_FOUND', `${model.ownerName}/${model.name} has no version ${version}.`);
    }
    await recordAudit(manager, actor.id, 'alias.set', modelId, { alias, version });
    const row = (await loadAliases(manager, principal, [modelId])).find(({ name }) => name === alias);
    if (row === undefined) throw new ZooError('INTERNAL', 'the alias is not there');
    return row;
  });
}

/** Takes an alias away. Versions stay. @throws ZooError NOT_FOUND when there is no such alias */
export async function removeAlias(
  zoo: Zoo,
  principal: Principal,
  modelId: string,
  alias: string,
): Promise<void> {
  const actor = requireScope(principal, 'write');
  await zoo.database.transaction(async (manager) => {
    const model = await lockForChange(manager, principal, 'models', modelId);
    const [, removed]: [unknown, number] = await manager.query(
      `DELETE FROM aliases WHERE model_id = $1 AND name = $2`,
      [modelId, alias],
    );
    if (removed === 0) {
      throw new ZooError('NOT_FOUND', `${model.ownerName}/${model.name} has no alias "${alias}".`);
    }
    await recordAudit(manager, actor.id, 'alias.remove', modelId, { alias });
  });
}
