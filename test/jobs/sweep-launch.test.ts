import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { claimJob, findLeftJob } from '../../src/jobs/queue/claim-job.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { strategyCatalogue } from '../../src/jobs/strategies/strategy-catalogue.js';
import { candidateBuilds } from '../../src/jobs/sweep/candidate-builds.js';
import { launchSweep, type SweepInput } from '../../src/jobs/sweep/launch-sweep.js';
import { settleCandidate } from '../../src/jobs/sweep/settle-candidate.js';
import { waitingForSweep } from '../../src/jobs/sweep/waiting-for-sweep.js';
import { insertDatasetVersion } from '../../src/zoo/datasets/insert-dataset-version.js';
import { createDataset } from '../../src/zoo/datasets/create-dataset.js';
import { Job, Model, SweepCandidate } from '../../src/zoo/database/entities/index.js';
import type { DatasetManifest } from '../../src/learning/dataset-manifest.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';
import { announceWorker, announcedStrategy, type AnnouncedWorker } from './announced-worker.js';
import { publishTestModel, tinyNetwork, upload } from './real-work.js';
import { createJobsFixture, createPrincipal, jobById, letLeaseRunOut, type JobsFixture } from './support.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`sweeps on ${name}`, remedy);

describe.each(availableDatabases)('on $name', ({ create }) => {
  let fixture: JobsFixture;
  let queue: JobQueue;
  let baseVersionId: string;
  let datasetVersionId: string;
  const workers: AnnouncedWorker[] = [];

  beforeAll(async () => {
    fixture = await createJobsFixture({}, create);
    queue = await openJobQueue(fixture.zoo);
    baseVersionId = await publishTestModel(fixture.zoo, fixture.principal, 'tiny', await tinyNetwork());
    datasetVersionId = await publishData('colours', 6);
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.leave();
    await executeSql(fixture.zoo.database, 'DELETE FROM job_queue.job');
  });
  afterAll(async () => {
    await queue.close();
    await fixture.close();
  });

  /** The rows of a data set, with so many validation pictures; nothing here looks at pictures. */
  async function publishData(name: string, validation: number): Promise<string> {
    const { zoo, principal } = fixture;
    const dataset = await createDataset(zoo, principal, { name });
    const sha256 = await upload(zoo, principal, Buffer.from(name));
    const split = (imageCount: number) => ({ imageCount, perClass: [imageCount / 2, imageCount / 2] });
    const manifest: DatasetManifest = {
      task: 'image-classification',
      classes: ['blue', 'red'],
      splits: { train: split(40), validation: split(validation), test: split(10) },
      splitSource: 'given',
      seed: 1,
      rejected: [],
      rejectedCount: 0,
      nearDuplicates: [],
      nearDuplicateCount: 0,
    };
    const { id } = await zoo.database.transaction((manager) =>
      insertDatasetVersion(manager, {
        datasetId: dataset.id,
        manifest,
        files: [{ path: 'index.json', sha256, sizeBytes: name.length }],
        createdBy: principal.account?.id ?? '',
      }),
    );
    return id;
  }

  const candidate = (strategy = 'feature-extraction-svm', parameters: Record<string, unknown> = {}) => ({
    baseVersionId,
    strategy,
    parameters,
  });

  const launch = (input: Partial<SweepInput>) =>
    launchSweep(fixture.zoo, fixture.principal, { datasetVersionId, name: 'ada/swept', ...input });

  const isRefused = (input: Partial<SweepInput>) => launch(input).catch((error: unknown) => error);

  test('a launch says all that is wrong with all of its candidates, and leaves nothing', async () => {
    const refused = await isRefused({
      name: 'ada/refused',
      candidates: [
        candidate('feature-extraction-svm', { C: -1, folds: 1 }),
        candidate('guessing'),
        { ...candidate(), baseVersionId: randomUUID() },
        candidate(),
        candidate('feature-extraction-svm', { classifier: 'svm' }),
      ],
    });
    expect(refused).toMatchObject({ code: 'SWEEP_INVALID' });
    const { problems } = (refused as { details: { problems: { path: string; message: string }[] } }).details;
    expect(problems.map(({ path }) => path)).toEqual([
      'candidates[0].parameters.C',
      'candidates[0].parameters.folds',
      'candidates[1].strategy',
      'candidates[2].baseVersionId',
      'candidates[4]',
    ]);
    expect(problems[4]?.message).toContain('the same as candidates[3]');
    expect(await fixture.zoo.database.getRepository(Model).countBy({ name: 'refused' })).toBe(0);
    expect(await fixture.zoo.database.getRepository(Job).countBy({ kind: 'SWEEP' })).toBe(0);
  });

  test('a sweep has candidates, at most 64, and validation pictures to choose by', async () => {
    expect(await isRefused({ candidates: [] })).toMatchObject({
      code: 'SWEEP_INVALID',
      message: expect.stringMatching(/0 candidates are given; a sweep takes 1 to 64/) as string,
    });
    const many = Array.from({ length: 65 }, (_, at) => candidate('feature-extraction-svm', { C: at + 1 }));
    expect(await isRefused({ candidates: many })).toMatchObject({ code: 'SWEEP_INVALID' });
    const unvalidated = await publishData('unvalidated', 0);
    expect(await isRefused({ candidates: [candidate()], datasetVersionId: unvalidated })).toMatchObject({
      code: 'SWEEP_INVALID',
      message: expect.stringMatching(/no validation pictures/) as string,
    });
    expect(await isRefused({ candidates: [candidate()], adviceId: randomUUID() })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('the first lines of an advice are candidates, with what it promised of them, in the order of a sweep', async () => {
    const { zoo, principal } = fixture;
    const adviceId = await adviseAs('feature-extraction-svm', 'full-retraining', 'partial-fine-tuning');
    // The advice says of it that it cannot run here, and lists it.
    await executeSql(
      zoo.database,
      `UPDATE advice_candidates SET launched_parameters = NULL WHERE advice_id = $1 AND rank = 2`,
      [adviceId],
    );
    const job = await launch({
      adviceId,
      top: 2,
      candidates: [candidate('feature-extraction-svm', { C: 3 })],
    });
    const rows = await zoo.database
      .getRepository(SweepCandidate)
      .find({ where: { jobId: job.id }, order: { ordinal: 'ASC' } });
    expect(rows.map(({ strategy, adviceRank, expected }) => [strategy, adviceRank, expected?.value])).toEqual(
      [
        ['feature-extraction-svm', 1, 0.9],
        ['feature-extraction-svm', null, undefined],
        ['partial-fine-tuning', 3, 0.7],
      ],
    );
    expect(rows[0]?.parameters).toMatchObject({ folds: 5 });
    await cancelJob(zoo, principal, job.id);

    const others = await publishData('others', 6);
    expect(await isRefused({ adviceId, datasetVersionId: others })).toMatchObject({
      code: 'SWEEP_INVALID',
      message: expect.stringMatching(/another version of a data set/) as string,
    });
    const stranger = await createPrincipal(zoo, 'mallory');
    const asStranger = launchSweep(zoo, stranger, { datasetVersionId, name: 'mallory/swept', adviceId });
    await expect(asStranger).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  /** The rows of an advice of ada's, a line for each strategy, promising less from line to line. */
  async function adviseAs(...strategies: string[]): Promise<string> {
    const { zoo, principal } = fixture;
    const job = await zoo.database.manager.save(
      zoo.database.manager.create(Job, {
        kind: 'ADVICE',
        state: 'COMPLETED',
        launchedBy: principal.account?.id ?? '',
        datasetVersionId,
      }),
    );
    const { rows } = await executeSql<{ id: string }>(
      zoo.database,
      `INSERT INTO advices (job_id, dataset_version_id, summary, stays_linear, measurements, not_measured, corrections)
       VALUES ($1, $2, 'Try them.', false, '{}', '[]', '{}') RETURNING id`,
      [job.id, datasetVersionId],
    );
    const adviceId = rows[0]?.id ?? '';
    for (const [at, strategy] of strategies.entries()) {
      const value = 0.9 - at / 10;
      await executeSql(
        zoo.database,
        `INSERT INTO advice_candidates (advice_id, rank, version_id, strategy, parameters, launched_parameters, accuracy, reason, warnings)
         VALUES ($1, $2, $3, $4, '{}', '{}', $5, 'Because.', '[]')`,
        [
          adviceId,
          at + 1,
          baseVersionId,
          strategy,
          JSON.stringify({ value, low: value - 0.1, high: value + 0.1 }),
        ],
      );
    }
    return adviceId;
  }

  test('only what the launcher may see is swept', async () => {
    const { zoo } = fixture;
    const stranger = await createPrincipal(zoo, 'eve');
    const asStranger = launchSweep(zoo, stranger, {
      datasetVersionId,
      name: 'eve/swept',
      candidates: [candidate()],
    });
    await expect(asStranger).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the same key launches one sweep', async () => {
    const input = { candidates: [candidate()], idempotencyKey: 'once' };
    const first = await launch(input);
    expect((await launch(input)).id).toBe(first.id);
    await cancelJob(fixture.zoo, fixture.principal, first.id);
  });

  test('a worker without the strategy of one candidate leaves the sweep, and one with all of them finds it', async () => {
    const { zoo } = fixture;
    const { id } = await launch({ candidates: [candidate(), candidate('full-retraining')] });
    const delivery = await queue.fetch();
    if (delivery === undefined) throw new Error('nothing was delivered');
    const lacking = {
      workerId: 'lacking',
      canRun: ({ name }: { name: string }) => name !== 'full-retraining',
    };
    expect(await claimJob(zoo, queue, delivery, lacking)).toBeUndefined();
    expect(await jobById(zoo, id)).toMatchObject({ state: 'QUEUED', leftToOthers: true });
    expect(await findLeftJob(zoo, lacking)).toBeUndefined();
    const able = { workerId: 'able', canRun: () => true };
    const found = await findLeftJob(zoo, able);
    expect(found).toEqual({ jobId: id });
    const claimed = found && (await claimJob(zoo, queue, found, able));
    expect(claimed?.job).toMatchObject({ id, kind: 'SWEEP', state: 'RUNNING' });
  });

  test('a sweep says what it waits for: one worker that has everything', async () => {
    const { zoo } = fixture;
    const first = announcedStrategy({ name: 'first', package: 'zoo-first' });
    const second = announcedStrategy({ name: 'second', package: 'zoo-second' });
    workers.push(await announceWorker(zoo, [first]), await announceWorker(zoo, [second]));
    const job = await launch({ candidates: [candidate('first'), candidate('second')] });
    const builds = await candidateBuilds(zoo.database, [job.id]);
    expect(builds.map(({ strategy }) => strategy)).toEqual(['first', 'second']);
    expect(waitingForSweep(job, builds, await strategyCatalogue(zoo))).toMatch(
      /needs one worker that has all its strategies.*first 1\.2\.0, second 1\.2\.0/,
    );
    await workers[1]?.announce([first, second]);
    expect(waitingForSweep(job, builds, await strategyCatalogue(zoo))).toBeNull();
    await workers[1]?.announce([]);
    expect(waitingForSweep(job, builds, await strategyCatalogue(zoo))).toMatch(
      /No worker that is alive has second/,
    );
    await cancelJob(zoo, fixture.principal, job.id);
  });

  test('an attempt that lost its lease writes nothing of a candidate', async () => {
    const { zoo } = fixture;
    const { id } = await launch({ candidates: [candidate()] });
    const delivery = await queue.fetch();
    const able = { workerId: 'able', canRun: () => true };
    const claimed = delivery && (await claimJob(zoo, queue, delivery, able));
    const fence = { jobId: id, fence: claimed?.fence ?? 0 };
    await letLeaseRunOut(zoo, id);
    const end = { state: 'STOPPED', reason: 'too late', seconds: 1 } as const;
    await expect(settleCandidate(zoo, fence, 1, end)).rejects.toMatchObject({ reason: 'lease-lost' });
    expect(await zoo.database.getRepository(SweepCandidate).findOneByOrFail({ jobId: id })).toMatchObject({
      state: 'PENDING',
      reason: null,
    });
  });
});
