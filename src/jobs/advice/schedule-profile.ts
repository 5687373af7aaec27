import type { EntityManager } from 'typeorm';
import { enoughProfilePictures } from '../../advisor/measure/profile-pictures.js';
import { Job } from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';
import { appendStateEvent } from '../events/job-events.js';
import { announceQueued } from '../events/job-signals.js';
import { executeSql } from '../queue/execute-sql.js';
import { enqueueJob } from '../queue/queue.js';

/** What came of looking for a profile to measure. */
export interface ScheduledProfile {
  /** The job that was queued; undefined where none was. */
  jobId: string | undefined;
  /** Whether every profile is complete. Where other jobs wait, or another worker is at it, nobody looked. */
  isComplete: boolean;
}

/**
 * Queues one job that measures what the layers of a model version are worth on a data set, where none waits for anything
 * else: on behalf of the model's owner, of its newest version, on the newest version of every data set that the owner can
 * see. What a version was trained on comes first, since distances to it need its statistics.
 */
export async function scheduleProfile(zoo: Zoo): Promise<ScheduledProfile> {
  const scheduled = await zoo.database.transaction(async (manager): Promise<ScheduledProfile> => {
    if (!(await mayQueue(manager))) return { jobId: undefined, isComplete: false };
    const pair = (await findPair(manager, 'trained-on')) ?? (await findPair(manager, 'newest'));
    if (pair === undefined) return { jobId: undefined, isComplete: true };
    const { id } = await manager.save(
      manager.create(Job, { kind: 'TRANSFER_PROFILE', ...pair, parameters: {}, seed: 1 }),
    );
    await appendStateEvent(manager, id, 'QUEUED');
    await enqueueJob(manager, id);
    return { jobId: id, isComplete: false };
  });
  if (scheduled.jobId !== undefined) announceQueued(zoo.database, scheduled.jobId);
  return scheduled;
}

/**
 * Changes with every publish, and with every change of a model or data set that others may come to see: as long as it does
 * not, profiles that were complete still are. To ask for it costs thousands of times less than to look.
 */
export async function catalogueState(zoo: Zoo): Promise<string> {
  const { rows } = await executeSql<{ state: string }>(
    zoo.database,
    // The sum and not the last of the times: what is committed later may have begun earlier.
    `SELECT concat_ws(' ', m.count, m.times, d.count, d.times) AS state
       FROM (SELECT count(*), sum(extract(epoch FROM updated_at)) AS times FROM models WHERE deleted_at IS NULL) AS m,
            (SELECT count(*), sum(extract(epoch FROM updated_at)) AS times FROM datasets WHERE deleted_at IS NULL) AS d`,
  );
  return rows[0]?.state ?? '';
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

type Pair = Pick<Job, 'baseVersionId' | 'datasetVersionId' | 'launchedBy'>;

/**
 * The next pair without a profile: of a model's newest version with the data sets that it was trained on, or with the newest
 * version of every data set.
 *
 * The owner may read the data set, no job was ever queued for the pair, and a cut is unknown or has no numbers, or has them of
 * few pictures: an advice may have left them, or a version with the same first layers. Data sets are gone through one by one,
 * so that the first with anything missing ends it, and each is compared with all cuts at once: looked up one by one, those of
 * thousands of models would take minutes.
 */
async function findPair(manager: EntityManager, of: 'trained-on' | 'newest'): Promise<Pair | undefined> {
  const trainedOn = `JOIN lineage_edges e ON e.child_version_id = cut.id AND e.dataset_version_id = data.id`;
  const { rows } = await executeSql<Pair>(
    manager,
    `WITH cut AS MATERIALIZED (
       SELECT v.id, v.created_at, m.owner_id, c.feature_key
         FROM models m JOIN model_versions v ON v.model_id = m.id AND v.number = m.latest_number
         LEFT JOIN transfer_profile_cuts c ON c.version_id = v.id
        WHERE m.deleted_at IS NULL AND m.task = 'image-classification'
          -- In one expression, of which the planner expects half to hold and not a few: of a few it would look up each.
          AND coalesce((v.manifest #>> '{input,channels}')::int IN (1, 3)
                AND jsonb_array_length(v.manifest -> 'cutPoints') > 0, false)
     ), data AS MATERIALIZED (
       SELECT v.id, v.created_at, d.owner_id, d.visibility, v.number = d.latest_number AS newest,
              least($1, (v.manifest #>> '{splits,train,imageCount}')::int) AS enough
         FROM datasets d JOIN dataset_versions v ON v.dataset_id = d.id
        WHERE d.deleted_at IS NULL AND d.task = 'image-classification'
          AND jsonb_array_length(v.manifest -> 'classes') >= 2
          AND (SELECT min(pictures::int) >= 1 AND max(pictures::int) >= 2
                 FROM jsonb_array_elements_text(v.manifest #> '{splits,train,perClass}') AS of_class (pictures))
     )
     SELECT found.id AS "baseVersionId", data.id AS "datasetVersionId", found.owner_id AS "launchedBy"
       FROM (SELECT * FROM data WHERE newest OR $2 ORDER BY created_at DESC, id) AS data,
            LATERAL (
              SELECT cut.id, cut.owner_id FROM cut ${of === 'trained-on' ? trainedOn : ''}
               WHERE (data.visibility = 'PUBLIC' OR data.owner_id = cut.owner_id)
                 AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'TRANSFER_PROFILE'
                       AND j.base_version_id = cut.id AND j.dataset_version_id = data.id)
                 AND NOT EXISTS (SELECT FROM transfer_profiles p WHERE p.feature_key = cut.feature_key
                       AND p.dataset_version_id = data.id AND p.pictures >= data.enough)
               ORDER BY cut.created_at DESC, cut.id LIMIT 1) AS found
      LIMIT 1`,
    [enoughProfilePictures, of === 'trained-on'],
  );
  return rows[0];
}
