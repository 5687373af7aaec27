import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { lockForChange } from '../access/ownership.js';
import { requireScope, type Principal } from '../access/principal.js';
import { recordAudit } from '../audit.js';
import { withFrontMatter } from '../cards/front-matter.js';
import { writeCard } from '../cards/write-card.js';
import { licenseSchema, tagsSchema, visibilitySchema } from '../names.js';
import { parseInput } from '../parse-input.js';
import type { Zoo } from '../zoo.js';
import { loadOwnDataset } from './load-datasets.js';
import type { DatasetRow } from './dataset-rows.js';

const updateDatasetSchema = z.object({
  /** Null takes it away. */
  license: licenseSchema.nullish(),
  tags: tagsSchema.nullish(),
  visibility: visibilitySchema.nullish(),
});

export type UpdateDatasetInput = z.input<typeof updateDatasetSchema>;

type Parts = Pick<Zoo, 'database'>;

/**
 * Changes what a data set says of itself; what is left out stays. License and tags are written into the card's front matter
 * too, so that card and catalogue never disagree.
 *
 * @throws ZooError INPUT_INVALID, CARD_INVALID, NOT_FOUND, FORBIDDEN, UNAUTHENTICATED
 */
export async function updateDataset(
  zoo: Parts,
  principal: Principal,
  datasetId: string,
  input: UpdateDatasetInput,
): Promise<DatasetRow> {
  const actor = requireScope(principal, 'write');
  const value = parseInput(updateDatasetSchema, input);
  return changeDataset(zoo, principal, datasetId, async (manager) => {
    const rows: { card: string }[] = await manager.query(`SELECT card FROM datasets WHERE id = $1`, [
      datasetId,
    ]);
    const card = rows[0]?.card ?? '';
    const described = withFrontMatter(card, { license: value.license, tags: value.tags ?? undefined });
    if (described !== card) await writeCard(manager, 'datasets', datasetId, described);
    await manager.query(
      `UPDATE datasets SET license = CASE WHEN $2 THEN $3 ELSE license END, tags = coalesce($4::text[], tags),
              visibility = coalesce($5, visibility), updated_at = now()
        WHERE id = $1`,
      [
        datasetId,
        value.license !== undefined,
        value.license ?? null,
        value.tags ?? null,
        value.visibility ?? null,
      ],
    );
    await recordAudit(manager, actor.id, 'dataset.update', datasetId, { ...value });
  });
}

/**
 * Replaces a data set's card.
 *
 * @param card Markdown with YAML front matter, kept byte for byte.
 * @throws ZooError CARD_INVALID, NOT_FOUND, FORBIDDEN, UNAUTHENTICATED
 */
export async function updateDatasetCard(
  zoo: Parts,
  principal: Principal,
  datasetId: string,
  card: string,
): Promise<DatasetRow> {
  const actor = requireScope(principal, 'write');
  return changeDataset(zoo, principal, datasetId, async (manager) => {
    await writeCard(manager, 'datasets', datasetId, card);
    await recordAudit(manager, actor.id, 'dataset.update-card', datasetId, { characters: card.length });
  });
}

/**
 * Hides a data set and its versions from everyone; the name stays taken and `restoreDataset` brings it back. Models that
 * were fine-tuned on it stay, and their lineage still names the version.
 */
export async function deleteDataset(
  zoo: Parts,
  principal: Principal,
  datasetId: string,
): Promise<DatasetRow> {
  const actor = requireScope(principal, 'write');
  return changeDataset(zoo, principal, datasetId, async (manager) => {
    await manager.query(`UPDATE datasets SET deleted_at = now() WHERE id = $1`, [datasetId]);
    await recordAudit(manager, actor.id, 'dataset.delete', datasetId);
  });
}

/** Brings a deleted data set back as it was. @throws ZooError NOT_FOUND when it is not among one's deleted ones */
export async function restoreDataset(
  zoo: Parts,
  principal: Principal,
  datasetId: string,
): Promise<DatasetRow> {
  const actor = requireScope(principal, 'write');
  return changeDataset(
    zoo,
    principal,
    datasetId,
    async (manager) => {
      await manager.query(`UPDATE datasets SET deleted_at = NULL, updated_at = now() WHERE id = $1`, [
        datasetId,
      ]);
      await recordAudit(manager, actor.id, 'dataset.restore', datasetId);
    },
    true,
  );
}

/** Runs `change` on a locked data set and returns the data set after it. */
async function changeDataset(
  zoo: Parts,
  principal: Principal,
  datasetId: string,
  change: (manager: EntityManager) => Promise<void>,
  deleted = false,
): Promise<DatasetRow> {
  return zoo.database.transaction(async (manager) => {
    await lockForChange(manager, principal, 'datasets', datasetId, deleted);
    await change(manager);
    const dataset = await loadOwnDataset(manager, principal, datasetId);
    if (dataset === undefined) throw new ZooError('INTERNAL', 'the changed data set is not there');
    return dataset;
  });
}
