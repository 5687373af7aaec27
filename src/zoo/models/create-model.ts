import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { ownerForCreating } from '../access/ownership.js';
import { requireScope, type Principal } from '../access/principal.js';
import { recordAudit } from '../audit.js';
import { withFrontMatter } from '../cards/front-matter.js';
import { writeCard } from '../cards/write-card.js';
import { withIdempotency } from '../idempotency.js';
import {
  idempotencyKeySchema,
  licenseSchema,
  nameSchema,
  tagsSchema,
  taskSchema,
  visibilitySchema,
} from '../names.js';
import { nameTaken } from '../name-taken.js';
import { parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { loadOwnModel } from './load-models.js';
import type { ModelRow } from './model-rows.js';

const createModelSchema = z.object({
  /** The acting account by default. */
  owner: nameSchema.nullish(),
  name: nameSchema,
  task: taskSchema.default('image-classification'),
  license: licenseSchema.nullish(),
  tags: tagsSchema.nullish(),
  /** Markdown with front matter. License, tags and task given beside it are written into it. */
  card: z.string().nullish(),
  visibility: visibilitySchema.default('PRIVATE'),
  idempotencyKey: idempotencyKeySchema,
});

export type CreateModelInput = z.input<typeof createModelSchema>;

/**
 * Makes a model, still without a version.
 *
 * @throws ZooError INPUT_INVALID, CARD_INVALID, NAME_TAKEN, NOT_FOUND (owner), FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED
 */
export async function createModel(
  zoo: Zoo,
  principal: Principal,
  input: CreateModelInput,
): Promise<ModelRow> {
  const actor = requireScope(principal, 'write');
  const value = parseInput(createModelSchema, input);
  const made = await zoo.database.transaction(async (manager) => {
    const owner = await ownerForCreating(manager, principal, value.owner ?? actor.name);
    const { id } = await withIdempotency(
      manager,
      actor,
      'createModel',
      value.idempotencyKey,
      value,
      async () => {
        const rows: { id: string }[] = await manager.query(
          `INSERT INTO models (owner_id, name, task, license, tags, visibility) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (owner_id, name) DO NOTHING RETURNING id`,
          [owner.id, value.name, value.task, value.license ?? null, value.tags ?? [], value.visibility],
        );
        const row = rows[0];
        if (row === undefined) throw await nameTaken(manager, 'models', owner, value.name);
        if (value.card != null && value.card !== '') {
          const card = withFrontMatter(value.card, {
            license: value.license ?? undefined,
            tags: value.tags ?? undefined,
            pipeline_tag: input.task ?? undefined,
          });
          await writeCard(manager, 'models', row.id, card);
        }
        await recordAudit(manager, actor.id, 'model.create', row.id, {
          owner: owner.name,
          name: value.name,
          visibility: value.visibility,
        });
        return row.id;
      },
    );
    return loadOwnModel(manager, principal, id);
  });
  if (made === undefined) throw new ZooError('INTERNAL', 'the created model is not there');
  return made;
}
