import type { EntityManager } from 'typeorm';
import { enoughProfilePictures } from '../../advisor/measure/profile-pictures.js';
import { Job } from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { executeSql } from '../queue/execute-sql.js';
import { enqueueJob } from '../queue/queue.js';

/**
 * Queues one job that measures what the layers of a model version are worth on a data set, where none waits for anything
 * else: on behalf of the model's owner, of its newest version, on the newest version of every data set that the owner can
 * see. What a version was trained on comes first, since distances to it need its statistics.
 *
 * @returns the job's id; undefined where other jobs wait, another worker is at it, or every profile is complete
 */
export async function scheduleProfile(zoo: Zoo): Promise<string | undefined> {
  const jobId = await zoo.database.transaction(async (manager) => {
    if (!(await mayQueue(manager))) return undefined;
    const pair = await findPair(manager);
    if (pair === undefined) return undefined;
    const { id } = await manager.save(
      manager.create(Job, { kind: 'TRANSFER_PROFILE', ...pair, parameters: {}, seed: 1 }),
    );
    await appendStateEvent(manager, id, 'QUEUED');
    await enqueueJob(manager, id);
    return id;
  });
  if (jobId !== undefined) announceQueued(zoo.database, jobId);
  return jobId;
}

/**
 * One worker looks at a time, so that no pair is queued twice. A job that waits for a worker with its strategy is not in the
 * way of what others can do meanwhile.
 */
async function mayQueue(manager: EntityManager): Promise<boolean> {
  const { rows } = await executeSql<{ mayQueue: boolean }>(
    manager,
    `SELECT pg_try_advisory_xact_lock(hashtextextended('zoo.transfer-profiles', 0))
        AND NOT EXISTS (SELECT FROM jobs WHERE state = 'QUEUED' AND NOT left_to_others) AS "mayQueue"`,
  );
  return rows[0]?.mayQueue === true;
}

/**
 * The next pair without a profile: one that no job was ever queued for, and of which a cut is unknown or has no numbers, or has them of few pictures. An
 * advice may have left them, or a version with the same first layers.
 */
async function findPair(
  manager: EntityManager,
): Promise<Pick<Job, 'baseVersionId' | 'datasetVersionId' | 'launchedBy'> | undefined> {
  const { rows } = await executeSql<Pick<Job, 'baseVersionId' | 'datasetVersionId' | 'launchedBy'>>(
    manager,
    `WITH base AS MATERIALIZED (
       SELECT v.id, v.created_at, m.owner_id
         FROM models m JOIN model_versions v ON v.model_id = m.id AND v.number = m.latest_number
        WHERE m.deleted_at IS NULL AND m.task = 'image-classification'
          AND (v.manifest #>> '{input,channels}')::int IN (1, 3) AND jsonb_array_length(v.manifest -> 'cutPoints') > 0
     ), data AS MATERIALIZED (
       SELECT v.id, v.created_at, d.owner_id, d.visibility, v.number = d.latest_number AS newest,
              least($1, (v.manifest #>> '{splits,train,imageCount}')::int) AS enough
         FROM datasets d JOIN dataset_versions v ON v.dataset_id = d.id
        WHERE d.deleted_at IS NULL AND d.task = 'image-classification'
          AND jsonb_array_length(v.manifest -> 'classes') >= 2
          AND (SELECT min(pictures::int) >= 1 AND max(pictures::int) >= 2
                 FROM jsonb_array_elements_text(v.manifest #> '{splits,train,perClass}') AS of_class (pictures))
     )
     SELECT base.id AS "baseVersionId", data.id AS "datasetVersionId", base.owner_id AS "launchedBy"
       FROM base JOIN data ON data.visibility = 'PUBLIC' OR data.owner_id = base.owner_id
       LEFT JOIN lineage_edges e ON e.child_version_id = base.id AND e.dataset_version_id = data.id
      WHERE (data.newest OR e.child_version_id IS NOT NULL)
        AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'TRANSFER_PROFILE'
              AND j.base_version_id = base.id AND j.dataset_version_id = data.id)
        AND (NOT EXISTS (SELECT FROM transfer_profile_cuts c WHERE c.version_id = base.id)
          OR EXISTS (SELECT FROM transfer_profile_cuts c WHERE c.version_id = base.id
               AND NOT EXISTS (SELECT FROM transfer_profiles p
                     WHERE p.feature_key = c.feature_key AND p.dataset_version_id = data.id
                       AND p.pictures >= data.enough)))
      ORDER BY (e.child_version_id IS NULL), data.created_at DESC, base.created_at DESC, data.id, base.id
      LIMIT 1`,
    [enoughProfilePictures],
  );
  return rows[0];
}
