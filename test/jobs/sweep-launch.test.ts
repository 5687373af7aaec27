import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readJobEvents, type Fence } from '../../src/jobs/events/job-events.js';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { claimJob, findLeftJob } from '../../src/jobs/queue/claim-job.js';
import { infrastructureRetries } from '../../src/jobs/queue/end-attempt.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { strategyCatalogue } from '../../src/jobs/strategies/strategy-catalogue.js';
import { candidateBuilds } from '../../src/jobs/sweep/candidate-builds.js';
import { launchSweep, type SweepInput } from '../../src/jobs/sweep/launch-sweep.js';
import { settleCandidate } from '../../src/jobs/sweep/settle-candidate.js';
import { waitingForSweep } from '../../src/jobs/sweep/waiting-for-sweep.js';
import { insertDatasetVersion } from '../../src/zoo/datasets/insert-dataset-version.js';
import { createDataset } from '../../src/zoo/datasets/create-dataset.js';
import { Job, JobCheckpoint, Model, SweepCandidate } from '../../src/zoo/database/entities/index.js';
import type { DatasetManifest } from '../../src/learning/dataset-manifest.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';
import { announceWorker, announcedStrategy, type AnnouncedWorker } from './announced-worker.js';
import { insertTestAdvice } from './insert-test-advice.js';
import { publishTestModel, tinyNetwork, upload } from './real-work.js';
import {
  claimTestJob,
  createJobsFixture,
  createPrincipal,
  jobById,
  letLeaseRunOut,
  takeBackTestJob,
  type JobsFixture,
} from './support.js';

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

  const stopped = { state: 'STOPPED', reason: 'It was stopped.', seconds: 1 } as const;

  const candidatesOf = (jobId: string) =>
    fixture.zoo.database.getRepository(SweepCandidate).find({ where: { jobId }, order: { ordinal: 'ASC' } });

  const claim = (jobId: string) => claimTestJob(fixture.zoo, queue, jobId);
  const takeBack = (jobId: string) => takeBackTestJob(fixture.zoo, jobId);

  /** A worker takes the job and falls silent. */
  async function lose(jobId: string): Promise<Fence> {
    const fence = await claim(jobId);
    await takeBack(jobId);
    return fence;
  }

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
    const rows = await candidatesOf(job.id);
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

  /** An advice of ada's, a line for each. */
  const adviseAs = (...strategies: string[]) =>
    insertTestAdvice(
      fixture.zoo,
      fixture.principal,
      datasetVersionId,
      strategies.map((strategy) => ({ baseVersionId, strategy })),
    );

  test('lines of an advice whose model or strategy has gone are left out, and those after them take their place', async () => {
    const { zoo, principal } = fixture;
    const doomed = await publishTestModel(zoo, principal, 'doomed', await tinyNetwork());
    const adviceId = await insertTestAdvice(zoo, principal, datasetVersionId, [
      { baseVersionId: doomed, strategy: 'feature-extraction-svm' },
      { baseVersionId, strategy: 'feature-extraction-svm' },
      { baseVersionId, strategy: 'guessing' },
      { baseVersionId, strategy: 'full-retraining' },
      { baseVersionId: doomed, strategy: 'full-retraining' },
    ]);
    await zoo.database.getRepository(Model).softDelete({ name: 'doomed' });
    const job = await launch({ adviceId, top: 2 });
    const rows = await candidatesOf(job.id);
    expect(rows.map(({ adviceRank }) => adviceRank)).toEqual([2, 4]);
    // The fifth would not have been tried anyway.
    expect(job.parameters).toEqual({
      publish: 'BEST',
      leftOut: [
        { rank: 1, reason: expect.stringContaining('model was deleted') as string },
        { rank: 3, reason: expect.stringContaining('strategy, guessing, was removed') as string },
      ],
    });
    await cancelJob(zoo, principal, job.id);
  });

  test('an advice of which no line is left is stale, whatever is tried beside it', async () => {
    const adviceId = await adviseAs('guessing', 'dreaming');
    for (const candidates of [[], [candidate()]]) {
      expect(await isRefused({ adviceId, candidates })).toMatchObject({
        code: 'ADVICE_STALE',
        message: expect.stringMatching(/Line 1: .*guessing.*\nLine 2: .*dreaming/) as string,
        details: { problems: [{ path: 'adviceId' }] },
      });
    }
  });

  test('a number of lines without an advice is refused, not ignored', async () => {
    expect(await isRefused({ candidates: [candidate()], top: 3 })).toMatchObject({
      code: 'INPUT_INVALID',
      details: { problems: [{ path: 'top', message: expect.stringContaining('adviceId') as string }] },
    });
  });

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
    const fence = await claim(id);
    await letLeaseRunOut(zoo, id);
    await expect(settleCandidate(zoo, fence, 1, stopped)).rejects.toMatchObject({ reason: 'lease-lost' });
    expect(await candidatesOf(id)).toMatchObject([{ state: 'PENDING', reason: null }]);
  });

  describe('a sweep that is lost again and again', () => {
    test('fails the candidate whose turn it is, and only then the next has its turn', async () => {
      const { zoo, principal } = fixture;
      const { id } = await launch({ candidates: [1, 2].map((C) => candidate(undefined, { C })) });
      const checkpoint = await upload(zoo, principal, Buffer.from('of candidate 1'));
      await executeSql(
        zoo.database,
        `INSERT INTO job_checkpoints (job_id, fence, step, sha256) VALUES ($1, 1, 10, $2)`,
        [id, checkpoint],
      );
      const checkpoints = () => zoo.database.getRepository(JobCheckpoint).countBy({ jobId: id });
      for (let loss = 1; loss <= infrastructureRetries; loss++) await lose(id);
      expect(await candidatesOf(id)).toMatchObject([{ state: 'PENDING' }, { state: 'PENDING' }]);
      expect(await checkpoints()).toBe(1);

      const last = await lose(id);
      const failed = { state: 'FAILED', error: { code: 'JOB_INFRASTRUCTURE_FAILED' } };
      expect(await candidatesOf(id)).toMatchObject([failed, { state: 'PENDING', error: null }]);
      expect(await checkpoints()).toBe(0);
      expect(await jobById(zoo, id)).toMatchObject({ state: 'QUEUED', error: null });
      const [told] = (await readJobEvents(zoo.database, id, 0, 100)).slice(-1);
      expect(told?.payload).toMatchObject({
        state: 'QUEUED',
        because: {
          message: expect.stringContaining('Candidate 1 of the sweep was started and lost 4 times'),
        },
      });
      // The worker of then was only cut off, and comes back with a result.
      await expect(settleCandidate(zoo, last, 1, stopped)).rejects.toMatchObject({ reason: 'lease-lost' });
      await claim(id);
      await expect(settleCandidate(zoo, last, 1, stopped)).rejects.toMatchObject({ reason: 'lease-lost' });
      expect(await candidatesOf(id)).toMatchObject([failed, { state: 'PENDING' }]);
      await cancelJob(zoo, principal, id);
    });

    test('gives each candidate the whole budget of retries', async () => {
      const { zoo, principal } = fixture;
      const { id } = await launch({ candidates: [1, 2].map((C) => candidate(undefined, { C })) });
      for (let loss = 1; loss <= infrastructureRetries; loss++) await lose(id);
      await settleCandidate(zoo, await claim(id), 1, stopped);
      await takeBack(id);
      expect(await candidatesOf(id)).toMatchObject([{ state: 'STOPPED' }, { state: 'PENDING' }]);
      expect(await jobById(zoo, id)).toMatchObject({ state: 'QUEUED', infrastructureFailures: 1 });
      await cancelJob(zoo, principal, id);
    });

    test('fails where no candidate is left to try', async () => {
      const { zoo } = fixture;
      const { id } = await launch({ candidates: [candidate()] });
      for (let loss = 0; loss <= infrastructureRetries; loss++) await lose(id);
      expect(await jobById(zoo, id)).toMatchObject({ state: 'QUEUED' });
      for (let loss = 0; loss <= infrastructureRetries; loss++) await lose(id);
      expect(await jobById(zoo, id)).toMatchObject({
        state: 'FAILED',
        error: { code: 'JOB_INFRASTRUCTURE_FAILED' },
      });
    });
  });
});
