import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJobEvents } from '../../src/jobs/events/job-events.js';
import { watchJobEvents } from '../../src/jobs/events/watch-job-events.js';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { infrastructureRetries } from '../../src/jobs/queue/end-attempt.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { openJobQueue } from '../../src/jobs/queue/queue.js';
import { launchSweep, type SweepInput } from '../../src/jobs/sweep/launch-sweep.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { collectGarbage } from '../../src/zoo/blobs/collect-garbage.js';
import {
  Job,
  LineageEdge,
  Model,
  ModelVersion,
  SweepCandidate,
  SweepFile,
  VersionFile,
} from '../../src/zoo/database/entities/index.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { claimTestJob, createJobsFixture, takeBackTestJob, type JobsFixture } from './support.js';

let fixture: JobsFixture;
let worker: RunningWorker;
let baseVersionId: string;
let datasetVersionId: string;

beforeAll(async () => {
  fixture = await createJobsFixture();
  worker = await runWorker(fixture.zoo);
  const { zoo, principal } = fixture;
  const imported = await endOf(
    zoo,
    await launchTestImport(zoo, principal, 'colours', await colourArchive(30)),
  );
  datasetVersionId = imported.resultDatasetVersionId ?? '';
  baseVersionId = await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
});
afterAll(async () => {
  await worker.stop();
  await fixture.close();
});

const svm = (parameters: Record<string, unknown> = {}) => ({
  baseVersionId,
  strategy: 'feature-extraction-svm',
  parameters,
});
const training = (parameters: Record<string, unknown>) => ({
  baseVersionId,
  strategy: 'full-retraining',
  parameters,
});

function launch(name: string, input: Partial<SweepInput>): Promise<Job> {
  const { zoo, principal } = fixture;
  return launchSweep(zoo, principal, { datasetVersionId, name: `ada/${name}`, ...input });
}

function candidatesOf({ id }: Pick<Job, 'id'>): Promise<SweepCandidate[]> {
  return fixture.zoo.database
    .getRepository(SweepCandidate)
    .find({ where: { jobId: id }, order: { ordinal: 'ASC' } });
}

const versionsOf = (job: Pick<Job, 'targetModelId'>) =>
  fixture.zoo.database
    .getRepository(ModelVersion)
    .find({ where: { modelId: job.targetModelId ?? '' }, order: { number: 'ASC' } });

/** Lines of a job's log that come from its candidates. */
async function logOf(jobId: string): Promise<{ fence: number; text: string }[]> {
  const events = await readJobEvents(fixture.zoo.database, jobId, 0, 5000);
  return events.map(({ fence, payload }) => ({
    fence,
    text: String(payload['message'] ?? payload['phase'] ?? payload['name'] ?? ''),
  }));
}

describe('a sweep', () => {
  test('tries its candidates as one job, publishes the best and compares the others with it', async () => {
    const launched = await launch('best', {
      candidates: [training({ epochs: 2 }), svm({ classifier: 'softmax' }), svm()],
      notes: 'which one?',
    });
    const job = await endOf(fixture.zoo, launched.id);
    expect(job).toMatchObject({ state: 'COMPLETED', error: null, fence: 1 });
    const candidates = await candidatesOf(job);
    // Linear classifiers first, in the order given.
    expect(candidates.map(({ strategy, parameters }) => [strategy, parameters['classifier']])).toEqual([
      ['feature-extraction-svm', 'softmax'],
      ['feature-extraction-svm', 'svm'],
      ['full-retraining', undefined],
    ]);
    const published = candidates.filter(({ state }) => state === 'PUBLISHED');
    expect(published).toHaveLength(1);
    const [best] = published;
    expect(best?.versionId).toBe(job.resultModelVersionId);
    for (const candidate of candidates) {
      expect(candidate.seconds).toBeGreaterThan(0);
      expect(candidate.fit).toBeNull();
      if (candidate === best || candidate.state === 'STOPPED') continue;
      expect(candidate.validation?.accuracy).toBeLessThanOrEqual(best?.validation?.accuracy ?? 0);
      expect(candidate.comparison?.difference).toBeCloseTo(
        (candidate.test?.accuracy ?? NaN) - (best?.test?.accuracy ?? NaN),
        12,
      );
    }
    const [version, ...others] = await versionsOf(job);
    expect(others).toEqual([]);
    expect(version).toMatchObject({ id: best?.versionId, number: 1, jobId: job.id, notes: 'which one?' });
    expect(version?.evaluation?.accuracy).toBe(best?.test?.accuracy);
    const [edge] = await fixture.zoo.database
      .getRepository(LineageEdge)
      .findBy({ childVersionId: version?.id ?? '' });
    expect(edge).toMatchObject({
      parentVersionId: baseVersionId,
      relation: 'finetune',
      strategy: best?.strategy,
      strategyVersion: best?.strategyVersion,
      parameters: best?.parameters,
      datasetVersionId,
      jobId: job.id,
    });
    expect(await fixture.zoo.database.getRepository(SweepFile).countBy({ jobId: job.id })).toBe(0);
  });

  test('computes the features that its candidates share before the first of them begins', async () => {
    const job = await fixture.zoo.database.getRepository(Job).findOneByOrFail({ kind: 'SWEEP' });
    const phases = (await logOf(job.id)).map(({ text }) => text);
    // A fit never sees the test split, and its evaluation comes after it.
    const shared = phases.findIndex((phase) => phase.endsWith('extracting features of test pictures'));
    const fitting = phases.findIndex((phase) => phase.endsWith('solving the classifier'));
    expect(shared).toBeGreaterThanOrEqual(0);
    expect(shared).toBeLessThan(fitting);
  });

  test('ends trainings that stay behind, and does not start what is expected to', async () => {
    await worker.stop();
    const launched = await launch('losers', {
      candidates: [
        svm(),
        training({ initialization: 'random', learningRate: 1e-7, epochs: 12, patience: 12 }),
        training({ epochs: 3 }),
      ],
    });
    // As if an advice had promised as much, or as little.
    await executeSql(
      fixture.zoo.database,
      `UPDATE sweep_candidates SET expected = '{"value": 0.2, "low": 0.1, "high": 0.3}' WHERE job_id = $1 AND ordinal = 3`,
      [launched.id],
    );
    worker = await runWorker(fixture.zoo);
    const job = await endOf(fixture.zoo, launched.id);
    expect(job).toMatchObject({ state: 'COMPLETED', error: null });
    const [linear, training1, training2] = await candidatesOf(job);
    expect(linear).toMatchObject({ state: 'PUBLISHED', reason: null });
    expect(training1).toMatchObject({ state: 'STOPPED', test: null, versionId: null });
    expect(training1?.reason).toMatch(/stopped after .* of its training/);
    expect(training2).toMatchObject({ state: 'STOPPED', seconds: 0 });
    expect(training2?.reason).toMatch(/not started: the advice expects 30\.0 % at most/);
    expect((await logOf(job.id)).some(({ text }) => text.startsWith('candidate 3 of 3'))).toBe(false);
  });

  test('goes on where a candidate fails, which fails alone, and fails where all do', async () => {
    const { zoo, principal } = fixture;
    const files = await tinyNetwork();
    const last = files.find(({ path }) => path.endsWith('model.json'));
    if (last === undefined) throw new Error('the network has no model.json');
    // Other bytes than those of the other base, and then gone from the store.
    const topology = JSON.parse(Buffer.from(last.bytes).toString('utf8')) as Record<string, unknown>;
    last.bytes = Buffer.from(JSON.stringify({ ...topology, generatedBy: 'a test' }));
    const brokenVersionId = await publishTestModel(zoo, principal, 'broken', files);
    const [modelJson] = await zoo.database
      .getRepository(VersionFile)
      .findBy({ versionId: brokenVersionId, path: 'model.json' });
    await zoo.store.remove(modelJson?.sha256 ?? '');
    const broken = { ...svm(), baseVersionId: brokenVersionId };

    const partly = await endOf(zoo, (await launch('partly', { candidates: [broken, svm()] })).id);
    expect(partly).toMatchObject({ state: 'COMPLETED', error: null });
    expect(await candidatesOf(partly)).toMatchObject([
      { state: 'FAILED', error: { code: 'BLOB_NOT_FOUND' }, validation: null },
      { state: 'PUBLISHED', error: null },
    ]);

    const wholly = await endOf(zoo, (await launch('wholly', { candidates: [broken] })).id);
    expect(wholly).toMatchObject({ state: 'FAILED', error: { code: 'SWEEP_NOTHING_FITTED' } });
    expect(wholly.error?.message).toContain('BLOB_NOT_FOUND');
    expect(await versionsOf(wholly)).toEqual([]);
  });

  test('goes on where the workers of a candidate are lost too often, and fails where those of all are', async () => {
    const { zoo } = fixture;
    await worker.stop();
    const [partly, wholly] = [
      await launch('partly-lost', { candidates: [svm({ C: 0.5 }), svm()] }),
      await launch('wholly-lost', { candidates: [svm()] }),
    ];
    const queue = await openJobQueue(zoo);
    for (const { id } of [partly, wholly]) {
      for (let loss = 0; loss <= infrastructureRetries; loss++) {
        await claimTestJob(zoo, queue, id);
        await takeBackTestJob(zoo, id);
      }
    }
    await queue.close();
    worker = await runWorker(zoo);
    expect(await endOf(zoo, partly.id)).toMatchObject({ state: 'COMPLETED', error: null });
    const [lost, tried] = await candidatesOf(partly);
    expect(lost).toMatchObject({ state: 'FAILED', error: { code: 'JOB_INFRASTRUCTURE_FAILED' } });
    expect(tried).toMatchObject({ state: 'PUBLISHED', error: null });

    const job = await endOf(zoo, wholly.id);
    expect(job).toMatchObject({ state: 'FAILED', error: { code: 'SWEEP_NOTHING_FITTED' } });
    expect(job.error?.message).toContain('Candidate 1 (feature-extraction-svm): JOB_INFRASTRUCTURE_FAILED');
  });

  test('goes on with the next candidate after a lost attempt, spares what was fitted, and publishes all, the best last', async () => {
    const { zoo } = fixture;
    const launched = await launch('resumed', {
      candidates: [svm({ C: 1 }), training({ epochs: 60, patience: 60, learningRate: 1e-4 })],
      publish: 'ALL',
    });
    for await (const { payload } of watchJobEvents(zoo, launched.id, 0)) {
      if (/^Candidate 1: .*it leads/.test(String(payload['message']))) break;
    }
    const [before] = await candidatesOf(launched);
    expect(before).toMatchObject({ state: 'FITTED' });
    await worker.stop();
    await executeSql(zoo.database, `UPDATE blob_grants SET created_at = now() - interval '25 hours'`);
    await collectGarbage(zoo);
    await executeSql(zoo.database, `UPDATE blobs SET condemned_at = condemned_at - interval '25 hours'`);
    await collectGarbage(zoo);

    worker = await runWorker(zoo);
    const job = await endOf(zoo, launched.id);
    expect(job).toMatchObject({ state: 'COMPLETED', error: null });
    expect(job.fence).toBeGreaterThan(1);
    const [after, trained] = await candidatesOf(job);
    expect(after).toMatchObject({
      state: 'PUBLISHED',
      seconds: before?.seconds,
      validation: before?.validation,
    });
    const later = (await logOf(job.id)).filter(({ fence }) => fence > 1);
    expect(later.some(({ text }) => text.startsWith('candidate 1 of'))).toBe(false);
    for (const file of await zoo.database
      .getRepository(VersionFile)
      .findBy({ versionId: after?.versionId ?? '' })) {
      expect(await zoo.store.sizeOf(file.sha256), file.path).toBe(file.sizeBytes);
    }
    const versions = await versionsOf(job);
    expect(versions.every(({ jobId }) => jobId === job.id)).toBe(true);
    const published = [after, trained].filter((candidate) => candidate?.state === 'PUBLISHED');
    expect(versions).toHaveLength(published.length);
    const newest = published.find((candidate) => candidate?.versionId === versions.at(-1)?.id);
    expect(newest).toMatchObject({ comparison: null, versionId: job.resultModelVersionId });
    const model = await zoo.database.getRepository(Model).findOneByOrFail({ id: job.targetModelId ?? '' });
    expect(model.card).toContain(newest?.strategy);
  });

  test('can be called off while it runs, and leaves nothing behind', async () => {
    const { zoo, principal } = fixture;
    const launched = await launch('cancelled', {
      candidates: [svm({ C: 2 }), training({ epochs: 1000, patience: 1000, learningRate: 1e-5 })],
    });
    for await (const { payload } of watchJobEvents(zoo, launched.id, 0)) {
      if (/^candidate 2 of 2, full-retraining: training/.test(String(payload['phase']))) break;
    }
    await cancelJob(zoo, principal, launched.id);
    const job = await endOf(zoo, launched.id);
    expect(job).toMatchObject({ state: 'CANCELLED', resultModelVersionId: null });
    expect(await versionsOf(job)).toEqual([]);
    expect(await zoo.database.getRepository(SweepFile).countBy({ jobId: job.id })).toBe(0);
    expect((await candidatesOf(job)).every(({ fit }) => fit === null)).toBe(true);
  });
});
