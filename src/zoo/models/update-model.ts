import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { lockForChange } from '../access/ownership.js';
import { requireScope, type Principal } from '../access/principal.js';
import { recordAudit } from '../audit.js';
import { withFrontMatter } from '../cards/front-matter.js';
import { writeCard } from '../cards/write-card.js';
import { licenseSchema, tagsSchema, taskSchema, visibilitySchema } from '../names.js';
import { parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { loadOwnModel } from './load-models.js';
import type { ModelRow } from './model-rows.js';

const updateModelSchema = z.object({
  task: taskSchema.nullish(),
  /** Null takes it away. */
  license: licenseSchema.nullish(),
  tags: tagsSchema.nullish(),
  visibility: visibilitySchema.nullish(),
});

export type UpdateModelInput = z.input<typeof updateModelSchema>;

/**
 * Changes what a model says of itself; what is left out stays. Task, license and tags are written into the card's front
 * matter too, so that card and catalogue never disagree.
 *
 * @throws ZooError INPUT_INVALID, CARD_INVALID, NOT_FOUND, FORBIDDEN, UNAUTHENTICATED
 */
export async function updateModel(
  zoo: Zoo,
  principal: Principal,
  modelId: string,
  input: UpdateModelInput,
): Promise<ModelRow> {
  const actor = requireScope(principal, 'write');
  const value = parseInput(updateModelSchema, input);
  return changeModel(zoo, principal, modelId, async (manager) => {
    const rows: { card: string }[] = await manager.query(`SELECT card FROM models WHERE id = $1`, [modelId]);
    const card = rows[0]?.card ?? '';
    const described = withFrontMatter(card, {
      license: value.license,
      tags: value.tags ?? undefined,
      pipeline_tag: value.task ?? undefined,
    });
    if (described !== card) await writeCard(manager, 'models', modelId, described);
    await manager.query(
      `UPDATE models SET task = coalesce($2, task), license = CASE WHEN $3 THEN $4 ELSE license END,
              tags = coalesce($5::text[], tags), visibility = coalesce($6, visibility), updated_at = now()
        WHERE id = $1`,
      [
        modelId,
        value.task ?? null,
        value.license !== undefined,
        value.license ?? null,
        value.tags ?? null,
        value.visibility ?? null,
      ],
    );
    await recordAudit(manager, actor.id, 'model.update', modelId, { ...value });
  });
}

/**
 * Replaces a model's card.
 *
 * @param card Markdown with YAML front matter, kept byte for byte.
 * @throws ZooError CARD_INVALID, NOT_FOUND, FORBIDDEN, UNAUTHENTICATED
 */
export async function updateModelCard(
  zoo: Zoo,
  principal: Principal,
  modelId: string,
  card: string,
): Promise<ModelRow> {
  const actor = requireScope(principal, 'write');
  return changeModel(zoo, principal, modelId, async (manager) => {
    await writeCard(manager, 'models', modelId, card);
    await recordAudit(manager, actor.id, 'model.update-card', modelId, { characters: card.length });
  });
}

/** Hides a model and its versions from everyone; the name stays taken and `restoreModel` brings it back. */
export async function deleteModel(zoo: Zoo, principal: Principal, modelId: string): Promise<ModelRow> {
  const actor = requireScope(principal, 'write');
  return changeModel(zoo, principal, modelId, async (manager) => {
    await manager.query(`UPDATE models SET deleted_at = now() WHERE id = $1`, [modelId]);
    await recordAudit(manager, actor.id, 'model.delete', modelId);
  });
}

/** Brings a deleted model back as it was. @throws ZooError NOT_FOUND when it is not among one's deleted ones */
export async function restoreModel(zoo: Zoo, principal: Principal, modelId: string): Promise<ModelRow> {
  const actor = requireScope(principal, 'write');
  return changeModel(
    zoo,
    principal,
    modelId,
    async (manager) => {
      await manager.query(`UPDATE models SET deleted_at = NULL, updated_at = now() WHERE id = $1`, [modelId]);
      await recordAudit(manager, actor.id, 'model.restore', modelId);
    },
    true,
  );
}

/** Runs `change` on a locked model and returns the model after it. */
async function changeModel(
  zoo: Zoo,
  principal: Principal,
  modelId: string,
  change: (manager: EntityManager) => Promise<void>,
  deleted = false,
): Promise<ModelRow> {
  return zoo.database.transaction(async (manager) => {
    await lockForChange(manager, principal, 'models', modelId, deleted);
    await change(manager);
    const model = await loadOwnModel(manager, principal, modelId);
    if (model === undefined) throw new ZooError('INTERNAL', 'the changed model is not there');
    return model;
  });
}
