import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJobEvents } from '../../src/jobs/events/job-events.js';
import { launchFineTune } from '../../src/jobs/launch/launch-fine-tune.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { writeLayerShards } from '../../src/learning/tfjs-layers/write-layer-shards.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import {
  LineageEdge,
  Model,
  ModelVersion,
  VersionFile,
  DatasetVersion,
} from '../../src/zoo/database/entities/index.js';
import { realModel } from '../learning/support/real-models.js';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { watchJobEvents } from '../../src/jobs/events/watch-job-events.js';
import {
  clothingArchive,
  colourArchive,
  endOf,
  launchTestImport,
  publishTestModel,
  tinyNetwork,
  unreadableArchive,
} from './real-work.js';
import { createJobsFixture, jobById, type JobsFixture } from './support.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`jobs on ${name}`, remedy);

describe.each(availableDatabases)('on $name', ({ create }) => {
  let fixture: JobsFixture;
  let worker: RunningWorker;

  beforeAll(async () => {
    fixture = await createJobsFixture({}, create);
    worker = await runWorker(fixture.zoo);
  });
  afterAll(async () => {
    await worker.stop();
    await fixture.close();
  });

  test('pictures become a data set, and a network fine-tuned on it a version, each by a job', async () => {
    const { zoo, principal } = fixture;
    const importing = await endOf(
      zoo,
      await launchTestImport(zoo, principal, 'colours', await colourArchive()),
    );
    expect(importing).toMatchObject({ state: 'COMPLETED', error: null });
    const data = await zoo.database
      .getRepository(DatasetVersion)
      .findOneByOrFail({ id: importing.resultDatasetVersionId ?? '' });
    expect(data).toMatchObject({ number: 1, imageCount: 60, jobId: importing.id });
    expect(data.manifest.classes).toEqual(['blue', 'green', 'red']);

    const baseVersionId = await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
    const launched = await launchFineTune(zoo, principal, {
      baseVersionId,
      datasetVersionId: data.id,
      strategy: 'feature-extraction-svm',
      parameters: { classifier: 'softmax' },
      name: 'ada/colour-namer',
      notes: 'first try',
    });
    const job = await endOf(zoo, launched.id);
    expect(job).toMatchObject({ state: 'COMPLETED', error: null, fence: 1 });

    const version = await zoo.database
      .getRepository(ModelVersion)
      .findOneByOrFail({ id: job.resultModelVersionId ?? '' });
    expect(version).toMatchObject({ number: 1, notes: 'first try', jobId: job.id });
    expect(version.manifest.labels).toEqual(['blue', 'green', 'red']);
    expect(version.evaluation?.accuracy).toBeGreaterThan(0.8);
    expect(version.evaluation?.confusion.flat().reduce((sum, cell) => sum + cell, 0)).toBe(
      version.evaluation?.imageCount,
    );

    const [edge] = await zoo.database.getRepository(LineageEdge).findBy({ childVersionId: version.id });
    expect(edge).toMatchObject({
      parentVersionId: baseVersionId,
      relation: 'finetune',
      strategy: 'feature-extraction-svm',
      strategyVersion: '1.0.0',
      datasetVersionId: data.id,
      jobId: job.id,
    });
    expect(edge?.parameters).toMatchObject({ classifier: 'softmax', folds: 5 });

    const filesOf = (versionId: string) => zoo.database.getRepository(VersionFile).findBy({ versionId });
    const ofBase = new Set((await filesOf(baseVersionId)).map(({ sha256 }) => sha256));
    const shared = (await filesOf(version.id)).filter(({ sha256 }) => ofBase.has(sha256));
    // The two convolutions kept their weights, so nothing of them was stored again.
    expect(shared).toHaveLength(2);
    expect(shared.every(({ path }) => path.startsWith('weights/conv2d'))).toBe(true);

    const model = await zoo.database.getRepository(Model).findOneByOrFail({ id: job.targetModelId ?? '' });
    expect(model).toMatchObject({ visibility: 'PRIVATE', latestNumber: 1 });
    expect(model.card).toContain('ada/tiny');
    expect(model.cardData).toMatchObject({ base_model: 'ada/tiny', datasets: ['ada/colours'] });
  });

  test('a network trained by a job is held against a linear probe, in its version and on its card', async () => {
    const { zoo, principal } = fixture;
    const [base] = await zoo.database
      .getRepository(ModelVersion)
      .find({ order: { createdAt: 'ASC' }, take: 1 });
    const [data] = await zoo.database.getRepository(DatasetVersion).find({ take: 1 });
    const launched = await launchFineTune(zoo, principal, {
      baseVersionId: base?.id ?? '',
      datasetVersionId: data?.id ?? '',
      strategy: 'full-retraining',
      parameters: { epochs: 3 },
      name: 'ada/colour-learner',
    });
    const job = await endOf(zoo, launched.id);
    expect(job).toMatchObject({ state: 'COMPLETED', error: null });
    const version = await zoo.database
      .getRepository(ModelVersion)
      .findOneByOrFail({ id: job.resultModelVersionId ?? '' });
    const { accuracy, baseline, latency } = version.evaluation ?? {};
    expect(baseline).toMatchObject({ name: 'linear-probe', difference: expect.any(Number) as number });
    expect(baseline?.difference).toBeCloseTo((accuracy ?? NaN) - (baseline?.accuracy ?? NaN), 12);
    expect(latency?.p90Ms).toBeGreaterThan(0);
    const model = await zoo.database.getRepository(Model).findOneByOrFail({ id: job.targetModelId ?? '' });
    expect(model.card).toMatch(/linear classifier on the frozen base/);
    expect(model.card).toMatch(/bestEpoch \(chosen\)/);
    const events = await readJobEvents(zoo.database, job.id, 0, 1000);
    const metrics = new Set(
      events.flatMap(({ type, payload }) => (type === 'metric' ? [payload['name']] : [])),
    );
    expect([...metrics]).toEqual(expect.arrayContaining(['train/loss', 'validation/loss', 'test/accuracy']));
  });

  test('a job reports its states, progress and metrics in a log without gaps', async () => {
    const { zoo } = fixture;
    const { rows } = await executeSql<{ id: string }>(
      zoo.database,
      `SELECT id FROM jobs WHERE strategy = 'feature-extraction-svm'`,
    );
    const events = await readJobEvents(zoo.database, rows[0]?.id ?? '', 0, 1000);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.flatMap(({ type, payload }) => (type === 'state' ? [payload['state']] : []))).toEqual([
      'QUEUED',
      'RUNNING',
      'COMPLETED',
    ]);
    const phases = new Set(
      events.flatMap(({ type, payload }) => (type === 'progress' ? [payload['phase']] : [])),
    );
    expect(phases).toContain('evaluating on held-out pictures');
    expect(events.some(({ type, payload }) => type === 'metric' && payload['name'] === 'test/accuracy')).toBe(
      true,
    );
  });

  test('a running job is called off, its process ends and nothing is published', async () => {
    const { zoo, principal } = fixture;
    const jobId = await launchTestImport(zoo, principal, 'many', await colourArchive(700, 9));
    for await (const event of watchJobEvents(zoo, jobId, 0)) {
      if (event.type === 'progress') await cancelJob(zoo, principal, jobId);
    }
    expect(await jobById(zoo, jobId)).toMatchObject({ state: 'CANCELLED', resultDatasetVersionId: null });
    expect(await zoo.database.getRepository(DatasetVersion).countBy({ jobId })).toBe(0);
    await expect.poll(() => worker.busy).toBe(0);
  });

  test('an archive that turns out to be no use fails its job with the reason', async () => {
    const { zoo, principal } = fixture;
    const jobId = await launchTestImport(zoo, principal, 'unreadable', await unreadableArchive());
    expect(await endOf(zoo, jobId)).toMatchObject({
      state: 'FAILED',
      fence: 1,
      infrastructureFailures: 0,
      error: { code: 'DATASET_CLASS_TOO_SMALL' },
    });
  });

  test('a real network learns to name real clothes', async () => {
    const { zoo, principal } = fixture;
    const importing = await endOf(
      zoo,
      await launchTestImport(zoo, principal, 'clothes', await clothingArchive()),
    );
    expect(importing.error).toBeNull();
    const launched = await launchFineTune(zoo, principal, {
      baseVersionId: await publishTestModel(
        zoo,
        principal,
        'mobilenet',
        writeLayerShards(await loadTfjsLayers(realModel('mobilenet_v2'))),
      ),
      datasetVersionId: importing.resultDatasetVersionId ?? '',
      strategy: 'feature-extraction-svm',
      name: 'ada/clothes-namer',
    });
    const job = await endOf(zoo, launched.id);
    expect(job).toMatchObject({ state: 'COMPLETED', error: null });
    const version = await zoo.database
      .getRepository(ModelVersion)
      .findOneByOrFail({ id: job.resultModelVersionId ?? '' });
    expect(version.evaluation?.classes).toHaveLength(10);
    // Ten classes: guessing gives 0.1.
    expect(version.evaluation?.accuracy).toBeGreaterThan(0.5);
  });
});
