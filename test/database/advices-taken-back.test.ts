import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { migrateDown, migrateUp } from '../../src/zoo/database/migrate.js';
import { readMigrations } from '../../src/zoo/database/migrations.js';
import { publishTestModel, tinyNetwork } from '../jobs/real-work.js';
import { createJobsFixture, queueTestJob, type JobsFixture } from '../jobs/support.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`advices taken back on ${name}`, remedy);

describe.each(availableDatabases)('on $name', ({ create }) => {
  let fixture: JobsFixture;
  beforeAll(async () => {
    fixture = await createJobsFixture({}, create);
  });
  afterAll(() => fixture.close());

  const query = async (sql: string, parameters: unknown[] = []) =>
    (await executeSql<Record<string, string | null>>(fixture.zoo.database, sql, parameters)).rows;

  async function insert(sql: string, parameters: unknown[] = []): Promise<string> {
    const [row] = await query(`${sql} RETURNING id`, parameters);
    return row?.['id'] ?? '';
  }

  test('the release before has its jobs and versions, without what came of advices and sweeps', async () => {
    const { zoo, principal } = fixture;
    const owner = principal.account?.id ?? '';
    const version = await publishTestModel(zoo, principal, 'base', await tinyNetwork());
    const datasetId = await insert(
      `INSERT INTO datasets (owner_id, name, task) VALUES ($1, 'data', 'image')`,
      [owner],
    );
    const data = await insert(
      `INSERT INTO dataset_versions (dataset_id, number, digest, manifest, image_count, size_bytes, created_by)
       VALUES ($1, 1, repeat('0', 64), '{}', 0, 0, $2)`,
      [datasetId, owner],
    );
    const job = (kind: string) =>
      insert(`INSERT INTO jobs (kind, state, launched_by) VALUES ($1, 'COMPLETED', $2)`, [kind, owner]);
    const [asked, profiled, swept, tuned] = [
      await job('ADVICE'),
      await job('TRANSFER_PROFILE'),
      await job('SWEEP'),
      await job('FINE_TUNE'),
    ];
    const imported = await queueTestJob(zoo, principal);
    const advice = await insert(
      `INSERT INTO advices (job_id, dataset_version_id, summary, stays_linear, measurements, not_measured, corrections)
       VALUES ($1, $2, '', false, '{}', '[]', '{}')`,
      [asked, data],
    );
    await query(
      `INSERT INTO advice_candidates (advice_id, rank, version_id, strategy, parameters, reason, warnings)
       VALUES ($1, 1, $2, 'full-retraining', '{}', '', '[]')`,
      [advice, version],
    );
    await query(`UPDATE jobs SET advice_id = $1, advice_rank = 1 WHERE id = $2`, [advice, tuned]);
    await query(
      `INSERT INTO sweep_candidates (job_id, ordinal, base_version_id, strategy, strategy_version, strategy_package,
                                     strategy_package_version, strategy_digest, parameters, advice_id, advice_rank, version_id)
       VALUES ($1, 1, $2, '', '', '', '', '', '{}', $3, 1, $2)`,
      [swept, version, advice],
    );
    await query(`UPDATE model_versions SET job_id = $1 WHERE id = $2`, [swept, version]);
    await query(`UPDATE jobs SET result_model_version_id = $1 WHERE id = $2`, [version, swept]);
    await query(`INSERT INTO attempts (job_id, fence, worker_id) VALUES ($1, 1, 'worker')`, [profiled]);

    const steps = readMigrations().filter(({ timestamp }) => timestamp >= '1795900000000').length;
    await migrateDown(zoo.database, steps);
    expect((await query(`SELECT id FROM jobs`)).map((row) => row['id']).sort()).toEqual(
      [imported, tuned].sort(),
    );
    expect(await query(`SELECT id, job_id FROM model_versions`)).toEqual([{ id: version, job_id: null }]);
    await expect(job('SWEEP')).rejects.toThrow(/jobs_kind_check/);

    await migrateUp(zoo.database);
    expect(await query(`SELECT advice_id FROM jobs WHERE id = $1`, [tuned])).toEqual([{ advice_id: null }]);
    await job('SWEEP');
  });
});
