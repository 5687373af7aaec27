import { appendFile, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attemptLimits } from '../../src/jobs/child/attempt-limits.js';
import { BlobCache } from '../../src/jobs/worker/blob-cache.js';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { claimJob } from '../../src/jobs/queue/claim-job.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { launchFineTune } from '../../src/jobs/launch/launch-fine-tune.js';
import { AttemptStopped } from '../../src/jobs/queue/lease.js';
import { runFineTune } from '../../src/jobs/worker/run-fine-tune.js';
import { publishResult } from '../../src/jobs/publish/publish-result.js';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { runChild } from '../../src/jobs/child/run-child.js';
import { runWorker } from '../../src/jobs/worker/run-worker.js';
import { WorkFolders } from '../../src/jobs/worker/work-folders.js';
import type { Baseline } from '../../src/learning/evaluation.js';
import type { RunResult } from '../../src/plugins/run/run-strategy.js';
import { Model } from '../../src/zoo/database/entities/index.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { createJobsFixture, jobById, letLeaseRunOut, type JobsFixture } from './support.js';

let fixture: JobsFixture;
let queue: JobQueue;
let folders: WorkFolders;
let attempt: Awaited<ReturnType<typeof fineTuneUpToPublishing>>;
let baseVersionId: string;
let datasetVersionId: string;
const never = new AbortController().signal;

beforeAll(async () => {
  fixture = await createJobsFixture();
  const { zoo, principal } = fixture;
  const worker = await runWorker(zoo);
  const imported = await endOf(zoo, await launchTestImport(zoo, principal, 'colours', await colourArchive()));
  await worker.stop();
  datasetVersionId = imported.resultDatasetVersionId ?? '';
  baseVersionId = await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
  queue = await openJobQueue(zoo);
  folders = new WorkFolders(join(zoo.config.dataDirectory, 'attempts'), 'worker-1');
  await folders.open();
});
beforeEach(async () => {
  attempt = await fineTuneUpToPublishing();
});
afterAll(async () => {
  await queue.close();
  await fixture.close();
});

/** What a worker has in hand when a real fine-tune's process has ended well. */
async function fineTuneUpToPublishing() {
  const { zoo, principal } = fixture;
  const { id } = await launchFineTune(zoo, principal, {
    baseVersionId,
    datasetVersionId,
    strategy: 'feature-extraction-svm',
    parameters: { C: 1 },
    name: 'ada/colour-namer',
  });
  const delivery = await queue.fetch();
  const claimed =
    delivery && (await claimJob(zoo, queue, delivery, { workerId: 'worker-1', canRun: () => true }));
  if (claimed?.job.id !== id) throw new Error('the job could not be claimed');
  const fence = { jobId: id, fence: claimed.fence };
  const folder = await folders.create(fence);
  const featureFolder = join(zoo.config.dataDirectory, 'features');
  await mkdir(featureFolder, { recursive: true });
  const preparation = {
    zoo,
    cache: new BlobCache(join(zoo.config.dataDirectory, 'cache'), zoo.store, 1e9),
    folder,
    featureFolder,
    featureBytes: 1e8,
    threads: 1,
    memoryBytes: 2 ** 32,
    checkpointBytes: 2 ** 20,
    signal: never,
    fetched: () => undefined,
  };
  const end = await runFineTune(claimed.job, preparation, (work, permissions) =>
    runChild({
      work,
      permissions,
      folder,
      threads: 1,
      limits: attemptLimits(zoo.config),
      signal: never,
      onReport: () => undefined,
      onCheckpoint: () => undefined,
      onStderr: (tail) => console.error(tail),
    }),
  );
  if (end.kind !== 'completed') throw new Error(JSON.stringify(end));
  return { zoo, job: claimed.job, fence, folder, result: end.result, signal: never };
}

const versionsOf = async (jobId: string): Promise<unknown[]> =>
  (await executeSql(fixture.zoo.database, `SELECT id FROM model_versions WHERE job_id = $1`, [jobId])).rows;

const resultOf = () => attempt.result as unknown as RunResult;

/** A baseline that the evaluation does not differ from, with one claim of its own. */
const baselineOf = (claim: Partial<Baseline>): Baseline => ({
  name: 'linear-probe',
  layer: 'pool',
  accuracy: resultOf().evaluation.accuracy,
  difference: 0,
  differenceInterval: [-0.1, 0.1],
  pValue: 1,
  verdict: 'INDISTINGUISHABLE',
  ...claim,
});

describe('publishing', () => {
  test('happens once', async () => {
    await publishResult(attempt);
    await expect(publishResult(attempt)).rejects.toThrow(AttemptStopped);
    expect(await versionsOf(attempt.job.id)).toHaveLength(1);
    expect(await jobById(fixture.zoo, attempt.job.id)).toMatchObject({ state: 'COMPLETED' });
  });

  test('is refused once the lease has run out, though nobody has taken the job', async () => {
    await letLeaseRunOut(fixture.zoo, attempt.job.id);
    await expect(publishResult(attempt)).rejects.toThrow('lease-lost');
    expect(await versionsOf(attempt.job.id)).toEqual([]);
  });

  test('is refused once someone has asked to cancel', async () => {
    await cancelJob(fixture.zoo, fixture.principal, attempt.job.id);
    await expect(publishResult(attempt)).rejects.toThrow('cancelled');
    expect(await versionsOf(attempt.job.id)).toEqual([]);
  });

  test('stores only the shards that are new', async () => {
    const written = resultOf().files.filter(({ isNew }) => isNew);
    const blobs = async () =>
      (await executeSql(fixture.zoo.database, `SELECT sha256 FROM blobs`)).rows.length;
    const before = await blobs();
    await publishResult(attempt);
    expect((await blobs()) - before).toBeLessThanOrEqual(written.length);
    const { rows } = await executeSql<{ shared: number }>(
      fixture.zoo.database,
      `SELECT count(*)::int AS shared FROM version_files f JOIN model_versions v ON v.id = f.version_id
        WHERE v.job_id = $1 AND f.sha256 IN (SELECT sha256 FROM version_files WHERE version_id = $2)`,
      [attempt.job.id, baseVersionId],
    );
    expect(rows).toEqual([{ shared: 2 }]);
  });
});

test('a publish by hand to the same model and the result of a job revive shared blobs without a dead lock', async () => {
  const { database } = fixture.zoo;
  await executeSql(database, `UPDATE blobs SET condemned_at = now()`);
  const byHand = database.createQueryRunner();
  await byHand.startTransaction();
  await byHand.query(`SELECT 1 FROM models WHERE id = $1 FOR UPDATE`, [attempt.job.targetModelId]);
  const publishing = publishResult(attempt);
  await expect
    .poll(async () => {
      const { rows } = await executeSql(
        database,
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length;
    })
    .toBe(1);
  await byHand.query(`UPDATE blobs SET condemned_at = NULL`);
  await byHand.commitTransaction();
  await byHand.release();
  await publishing;
  expect(await versionsOf(attempt.job.id)).toHaveLength(1);
});

describe('what the process of a job claims', () => {
  const refusals: [string, () => Promise<void> | void, string][] = [
    [
      'a better accuracy than its confusion matrix',
      () => void (resultOf().evaluation.accuracy = 1 / 3),
      'JOB_RESULT_INVALID',
    ],
    [
      'more pictures than it counts',
      () => void (resultOf().evaluation.imageCount += 1),
      'JOB_RESULT_INVALID',
    ],
    [
      'a recall of its own',
      () => void ((resultOf().evaluation.perClass[0] ?? { recall: 0 }).recall = 0.123),
      'JOB_RESULT_INVALID',
    ],
    [
      'other classes than the data set’s',
      () => void resultOf().evaluation.classes.reverse(),
      'JOB_RESULT_INVALID',
    ],
    [
      'to beat its baseline by less than nothing',
      () => void (resultOf().evaluation.baseline = baselineOf({ verdict: 'BETTER' })),
      'JOB_RESULT_INVALID',
    ],
    [
      'another difference than that of the accuracies',
      () => void (resultOf().evaluation.baseline = baselineOf({ difference: 0.5 })),
      'JOB_RESULT_INVALID',
    ],
    ['no evaluation', () => void Reflect.deleteProperty(attempt.result, 'evaluation'), 'JOB_RESULT_INVALID'],
    [
      'a base file it never had',
      () =>
        void resultOf().files.splice(0, 99, {
          path: 'model.json',
          sha256: '0'.repeat(64),
          sizeBytes: 1,
          isNew: false,
        }),
      'MODEL_SHARD_MISSING',
    ],
    ['reports that are none', () => writeReport('x.json', '{'), 'JOB_RESULT_INVALID'],
    ['a picture that holds more than pixels', () => writeReport('x.png', 'words'), 'JOB_RESULT_INVALID'],
    ['a cut-off shard', async () => truncate(await shard(), 4), 'MODEL_SIZE_MISMATCH'],
    ['weights left over', async () => appendFile(await shard(), Buffer.alloc(4)), 'MODEL_SIZE_MISMATCH'],
    [
      'weights that are not numbers',
      async () => writeFile(await shard(), Buffer.alloc((await readFile(await shard())).length, 0xff)),
      'MODEL_WEIGHT_NOT_FINITE',
    ],
    [
      'shards outside its folder',
      async () => {
        const path = join(attempt.folder.output, 'model.json');
        await writeFile(path, (await readFile(path, 'utf8')).replaceAll('weights/', '../base/weights/'));
      },
      'MODEL_PATH_OUTSIDE',
    ],
  ];

  async function shard(): Promise<string> {
    const file = resultOf().files.find(({ isNew, path }) => isNew && path.endsWith('.bin'));
    return join(attempt.folder.output, file?.path ?? '');
  }

  /** Past the context that a strategy is given to report by. */
  async function writeReport(name: string, content: string): Promise<void> {
    const reports = join(attempt.folder.output, 'reports');
    await mkdir(reports, { recursive: true });
    await writeFile(join(reports, name), content);
  }

  test.each(refusals)('%s: is not published', async (_what, tamper, code) => {
    await tamper();
    await expect(publishResult(attempt)).rejects.toMatchObject({ code });
    expect(await versionsOf(attempt.job.id)).toEqual([]);
    expect(await jobById(fixture.zoo, attempt.job.id)).toMatchObject({ state: 'RUNNING' });
  });

  test('a link to a file elsewhere: is not followed', async () => {
    const secret = join(fixture.zoo.config.dataDirectory, 'secret');
    await writeFile(secret, 'not for the store');
    await symlink(secret, join(attempt.folder.output, 'README.md'));
    await publishResult(attempt);
    const { rows } = await executeSql<{ path: string }>(
      fixture.zoo.database,
      `SELECT path FROM version_files f JOIN model_versions v ON v.id = f.version_id WHERE v.job_id = $1`,
      [attempt.job.id],
    );
    expect(rows.map(({ path }) => path)).not.toContain('README.md');
  });
});

describe('the card of the model', () => {
  const card = async () =>
    (await fixture.zoo.database.getRepository(Model).findOneByOrFail({ id: attempt.job.targetModelId ?? '' }))
      .card;

  test('is kept current by the zoo until someone edits it', async () => {
    await publishResult(attempt);
    const first = await card();
    expect(first).toContain('feature-extraction-svm');
    await executeSql(fixture.zoo.database, `UPDATE models SET card = $2 WHERE id = $1`, [
      attempt.job.targetModelId,
      first.replace('## Limits', '## Limits, in my words'),
    ]);
    attempt = await fineTuneUpToPublishing();
    await publishResult(attempt);
    expect(await card()).toContain('in my words');
    await executeSql(fixture.zoo.database, `UPDATE models SET card = '' WHERE id = $1`, [
      attempt.job.targetModelId,
    ]);
    attempt = await fineTuneUpToPublishing();
    await publishResult(attempt);
    const rewritten = await card();
    expect(rewritten).toContain('## Limits\n');
    attempt = await fineTuneUpToPublishing();
    await executeSql(fixture.zoo.database, `UPDATE models SET name = 'renamed' WHERE id = $1`, [
      attempt.job.targetModelId,
    ]);
    await publishResult(attempt);
    expect(await card()).toContain('# ada/renamed');
  });
});
