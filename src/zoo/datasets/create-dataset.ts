import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { ownerForCreating } from '../access/ownership.js';
import { requireScope, type Principal } from '../access/principal.js';
import { recordAudit } from '../audit.js';
import { withFrontMatter } from '../cards/front-matter.js';
import { writeCard } from '../cards/write-card.js';
import { withIdempotency } from '../idempotency.js';
import { idempotencyKeySchema, licenseSchema, nameSchema, tagsSchema, visibilitySchema } from '../names.js';
import { nameTaken } from '../name-taken.js';
import { parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { loadOwnDataset } from './load-datasets.js';
import type { DatasetRow } from './dataset-rows.js';

const createDatasetSchema = z.object({
  /** The acting account by default. */
  owner: nameSchema.nullish(),
  name: nameSchema,
  license: licenseSchema.nullish(),
  tags: tagsSchema.nullish(),
  /** Markdown with front matter. License and tags given beside it are written into it. */
  card: z.string().nullish(),
  visibility: visibilitySchema.default('PRIVATE'),
  idempotencyKey: idempotencyKeySchema,
});

export type CreateDatasetInput = z.input<typeof createDatasetSchema>;

/**
 * Makes a data set, still without a version.
 *
 * @throws ZooError INPUT_INVALID, CARD_INVALID, NAME_TAKEN, NOT_FOUND (owner), FORBIDDEN, UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED
 */
export async function createDataset(
  zoo: Pick<Zoo, 'database'>,
  principal: Principal,
  input: CreateDatasetInput,
): Promise<DatasetRow> {
  const actor = requireScope(principal, 'write');
  const value = parseInput(createDatasetSchema, input);
  const made = await zoo.database.transaction(async (manager) => {
    const owner = await ownerForCreating(manager, principal, value.owner ?? actor.name);
    const { id } = await withIdempotency(
      manager,
      actor,
      'createDataset',
      value.idempotencyKey,
      value,
      async () => {
        const rows: { id: string }[] = await manager.query(
          `INSERT INTO datasets (owner_id, name, license, tags, visibility) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (owner_id, name) DO NOTHING RETURNING id`,
          [owner.id, value.name, value.license ?? null, value.tags ?? [], value.visibility],
        );
        const row = rows[0];
        if (row === undefined) throw await nameTaken(manager, 'datasets', owner, value.name);
        if (value.card != null && value.card !== '') {
          const described = withFrontMatter(value.card, {
            license: value.license ?? undefined,
            tags: value.tags ?? undefined,
          });
          await writeCard(manager, 'datasets', row.id, described);
        }
        await recordAudit(manager, actor.id, 'dataset.create', row.id, {
          owner: owner.name,
          name: value.name,
          visibility: value.visibility,
        });
        return row.id;
      },
    );
    return loadOwnDataset(manager, principal, id);
  });
  if (made === undefined) throw new ZooError('INTERNAL', 'the created data set is not there');
  return made;
}
