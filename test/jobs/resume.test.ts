import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readJobEvents } from '../../src/jobs/events/job-events.js';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { launchFineTune } from '../../src/jobs/launch/launch-fine-tune.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { composeBackbone } from '../../src/learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { VersionFile } from '../../src/zoo/database/entities/index.js';
import { blobKey } from '../../src/zoo/object-store/blob-key.js';
import { realModel } from '../learning/support/real-models.js';
import { Gate } from './gate.js';
import {
  clothingArchive,
  colourArchive,
  endOf,
  launchTestImport,
  publishTestModel,
  tinyNetwork,
} from './real-work.js';
import { createJobsFixture, letLeaseRunOut, type JobsFixture } from './support.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

let fixture: JobsFixture;
let gate: Gate;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  // Nobody waits for a lease here: a test that kills a worker ends its lease too.
  fixture = await createJobsFixture({ ZOO_LEASE_SECONDS: '60', ZOO_WORKER_THREADS: '1' });
  gate = await Gate.open(fixture.zoo.database);
  await startWorker();
});
beforeEach(async () => {
  if (workers.length === 0) await startWorker();
});
afterEach(() => gate.remove());
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await gate.close();
  await fixture.close();
});

async function startWorker(): Promise<void> {
  workers.push(await startWorkerProcess(fixture, { ZOO_WORKER_THREADS: '1' }));
}

async function importPictures(name: string, archive: Buffer): Promise<string> {
  const { zoo, principal } = fixture;
  const imported = await endOf(zoo, await launchTestImport(zoo, principal, name, archive));
  return imported.resultDatasetVersionId ?? '';
}

interface Training {
  baseVersionId: string;
  datasetVersionId: string;
  strategy: string;
  parameters: Record<string, unknown>;
}

let launched = 0;
async function launch(training: Training): Promise<string> {
  launched += 1;
  const name = `ada/clothes-namer-${launched}`;
  const { id } = await launchFineTune(fixture.zoo, fixture.principal, {
    ...training,
    name,
    seed: 7,
  });
  return id;
}

/** Steps whose checkpoints a job has. */
async function keptSteps(jobId: string): Promise<{ step: number; sha256: string }[]> {
  const { rows } = await executeSql<{ step: number; sha256: string }>(
    fixture.zoo.database,
    `SELECT step, sha256 FROM job_checkpoints WHERE job_id = $1 ORDER BY step DESC`,
    [jobId],
  );
  return rows;
}

/** Kills the worker, and with it the process of the job, as soon as a checkpoint of a later step is about to be kept. */
async function killAfter(step: number, jobId: string): Promise<void> {
  await gate.reached();
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  await gate.remove();
  await expect.poll(async () => (await keptSteps(jobId)).at(0)?.step).toBe(step);
  await letLeaseRunOut(fixture.zoo, jobId);
}

/** Lets a job run while no checkpoint after a step can be kept. */
const shutAfter = (step: number) => gate.shut('INSERT ON job_checkpoints', { when: `NEW.step > ${step}` });

async function damage(sha256: string): Promise<void> {
  const path = join(fixture.zoo.config.dataDirectory, 'store', blobKey(sha256));
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

/** Files of what a job published, and its log. */
async function outcome(jobId: string): Promise<{ files: [string, string][]; log: string }> {
  const { database } = fixture.zoo;
  const job = await endOf(fixture.zoo, jobId);
  expect(job).toMatchObject({ state: 'COMPLETED', error: null });
  const files = await database
    .getRepository(VersionFile)
    .findBy({ versionId: job.resultModelVersionId ?? '' });
  const events = await readJobEvents(database, jobId, 0, 10_000);
  return {
    files: files.map(({ path, sha256 }): [string, string] => [path, sha256]).sort(),
    log: events.flatMap(({ payload }) => payload['message'] ?? []).join('\n'),
  };
}

describe('partial fine-tuning of MobileNetV2 on photographs', () => {
  let training: Training;
  beforeAll(async () => {
    const whole = await loadTfjsLayers(realModel('mobilenet_v2'));
    const { files } = composeBackbone(whole, 'out_relu', 'average');
    training = {
      baseVersionId: await publishTestModel(fixture.zoo, fixture.principal, 'mobilenet', files),
      datasetVersionId: await importPictures(
        'clothes',
        await clothingArchive({ classes: ['dress', 'hat', 'shoes'], perFolder: 8 }),
      ),
      strategy: 'partial-fine-tuning',
      parameters: {
        inputSize: 64,
        layer: 'block_16_project_BN',
        trainableFrom: 'block_16_expand',
        epochs: 3,
        batchSize: 8,
        views: 2,
        learningRate: 1e-4,
      },
    };
  });

  test('goes on from the last checkpoint when its worker is killed, and publishes the same bytes', async () => {
    const whole = await outcome(await launch(training));
    expect(whole.log).not.toContain('Going on from');

    await shutAfter(3);
    const jobId = await launch(training);
    await killAfter(3, jobId);
    await startWorker();
    const resumed = await outcome(jobId);
    expect(resumed.log).toContain('Going on from a checkpoint after step 3.');
    expect(resumed.files).toEqual(whole.files);
    expect(await keptSteps(jobId)).toEqual([]);
  });

  test('that diverges fails with the step and what to try', async () => {
    const parameters = { optimizer: 'sgd', learningRate: 1, momentum: 0.99, clipNorm: 0, epochs: 20 };
    const jobId = await launch({ ...training, parameters: { ...training.parameters, ...parameters } });
    const job = await endOf(fixture.zoo, jobId);
    expect(job).toMatchObject({ state: 'FAILED', fence: 1, error: { code: 'TRAINING_DIVERGED' } });
    expect(job.error?.message).toMatch(/step \d+.*learning ?rate/i);
  });

  test('that cannot fit into memory is refused before it trains', async () => {
    const jobId = await launch({
      ...training,
      strategy: 'full-retraining',
      parameters: { initialization: 'random', inputSize: 2048, batchSize: 24 },
    });
    const job = await endOf(fixture.zoo, jobId);
    expect(job).toMatchObject({ state: 'FAILED', fence: 1, error: { code: 'TRAINING_MEMORY_INSUFFICIENT' } });
    expect(job.error?.message).toMatch(/takes about \d+\.\d+ GiB .* batchSize of \d+ would fit/);
    const events = await readJobEvents(fixture.zoo.database, jobId, 0, 10_000);
    expect(events.filter(({ payload }) => payload['phase'] === 'training')).toEqual([]);
  });
});

describe('full retraining whose checkpoints are damaged in the store', () => {
  let training: Training;
  let whole: Awaited<ReturnType<typeof outcome>>;
  /** Steps of one. */
  let epoch: number;
  beforeAll(async () => {
    const baseVersionId = await publishTestModel(fixture.zoo, fixture.principal, 'tiny', await tinyNetwork());
    training = {
      baseVersionId,
      datasetVersionId: await importPictures('colours', await colourArchive(16)),
      strategy: 'full-retraining',
      parameters: { initialization: 'random', learningRate: 0.01, epochs: 4, batchSize: 8 },
    };
    whole = await outcome(await launch(training));
    epoch = Number(/(\d+) steps of 8 an epoch/.exec(whole.log)?.[1]);
    // What is published was made after the checkpoints.
    expect(whole.log).toMatch(/in epoch [34] of 4/);
  });

  test('goes on from an older one', async () => {
    await shutAfter(epoch);
    const jobId = await launch(training);
    await killAfter(epoch, jobId);
    await shutAfter(2 * epoch);
    await startWorker();
    await killAfter(2 * epoch, jobId);
    const [newest, older] = await keptSteps(jobId);
    expect(older?.step).toBe(epoch);
    await damage(newest?.sha256 ?? '');
    await startWorker();
    const resumed = await outcome(jobId);
    expect(resumed.log.match(/Going on from a checkpoint after step \d+/g)).toEqual([
      `Going on from a checkpoint after step ${epoch}`,
      `Going on from a checkpoint after step ${epoch}`,
    ]);
    expect(resumed.files).toEqual(whole.files);
  });

  test('begins anew where there is no other', async () => {
    await shutAfter(epoch);
    const jobId = await launch(training);
    await killAfter(epoch, jobId);
    const [only] = await keptSteps(jobId);
    await damage(only?.sha256 ?? '');
    await startWorker();
    const resumed = await outcome(jobId);
    expect(resumed.log).not.toContain('Going on from');
    expect(resumed.files).toEqual(whole.files);
  });

  const shutAtEvaluation = () =>
    gate.shut('INSERT ON job_events', { when: `NEW.payload->>'phase' = 'evaluating on held-out pictures'` });

  test('goes on from the last one when its worker is killed while the result is evaluated', async () => {
    await shutAtEvaluation();
    const jobId = await launch(training);
    await gate.reached();
    const [last] = await keptSteps(jobId);
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await gate.remove();
    await letLeaseRunOut(fixture.zoo, jobId);
    await startWorker();
    const resumed = await outcome(jobId);
    expect(last?.step).toBeGreaterThanOrEqual(3 * epoch);
    expect(resumed.log).toContain(`Going on from a checkpoint after step ${last?.step}.`);
    expect(resumed.files).toEqual(whole.files);
  });

  test('is called off while it is evaluated, and publishes nothing', async () => {
    await shutAtEvaluation();
    const jobId = await launch(training);
    await gate.reached();
    // It waits for the job's row, which whoever stands at the gate holds.
    const cancelling = cancelJob(fixture.zoo, fixture.principal, jobId);
    const waiting = async () => {
      const { rows } = await executeSql(
        fixture.zoo.database,
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
            AND wait_event IN ('transactionid', 'tuple') AND query LIKE 'SELECT state FROM jobs%FOR UPDATE'`,
      );
      return rows.length;
    };
    await expect.poll(waiting).toBe(1);
    await gate.remove();
    await cancelling;
    expect(await endOf(fixture.zoo, jobId)).toMatchObject({ state: 'CANCELLED', resultModelVersionId: null });
  });
});
