import type { EntityManager } from 'typeorm';
import { writeCard as composeCard, type CardFacts } from '../../plugins/card/write-card.js';
import { writeCard } from '../../zoo/cards/write-card.js';
import type { Job } from '../../zoo/database/entities/index.js';
import { executeSql } from '../queue/execute-sql.js';
import { markGenerated, mayRewrite } from './generated-card.js';

export type FineTuneFigures = Pick<CardFacts, 'evaluation' | 'chosen'> & CardFacts['measurements'];

interface Names {
  card: string;
  model: string;
  baseModel: string;
  baseVersion: number;
  baseLicense: string | null;
  baseTags: string[];
  dataset: string;
  datasetVersion: number;
  datasetLicense: string | null;
  trainImageCount: number;
}

/**
 * Fills in the card of a fine-tune's model with what its newest version is, where nobody has written one. The model's row
 * is locked by the caller.
 */
export async function fillCard(manager: EntityManager, job: Job, figures: FineTuneFigures): Promise<void> {
  const { rows } = await executeSql<Names>(
    manager,
    `SELECT m.card, mo.name || '/' || m.name AS model,
            bo.name || '/' || b.name AS "baseModel", bv.number AS "baseVersion", b.license AS "baseLicense",
            b.tags AS "baseTags",
            dao.name || '/' || d.name AS dataset, dv.number AS "datasetVersion", d.license AS "datasetLicense",
            (dv.manifest #>> '{splits,train,imageCount}')::int AS "trainImageCount"
       FROM models m JOIN accounts mo ON mo.id = m.owner_id,
            model_versions bv JOIN models b ON b.id = bv.model_id JOIN accounts bo ON bo.id = b.owner_id,
            dataset_versions dv JOIN datasets d ON d.id = dv.dataset_id JOIN accounts dao ON dao.id = d.owner_id
      WHERE m.id = $1 AND bv.id = $2 AND dv.id = $3`,
    [job.targetModelId, job.baseVersionId, job.datasetVersionId],
  );
  const names = rows[0];
  if (names === undefined || job.targetModelId === null || !mayRewrite(names.card)) return;
  const { evaluation, chosen, ...measurements } = figures;
  const card = composeCard({
    model: names.model,
    base: {
      model: names.baseModel,
      version: names.baseVersion,
      license: names.baseLicense,
      tags: names.baseTags,
    },
    dataset: {
      name: names.dataset,
      version: names.datasetVersion,
      license: names.datasetLicense,
      trainImageCount: names.trainImageCount,
    },
    strategy: {
      name: job.strategy ?? '',
      version: job.strategyVersion ?? '',
      parameters: job.parameters,
    },
    chosen,
    seed: job.seed,
    evaluation,
    measurements,
  });
  await writeCard(manager, 'models', job.targetModelId, markGenerated(card));
}
