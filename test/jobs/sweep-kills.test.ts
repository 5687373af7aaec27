import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { launchSweep } from '../../src/jobs/sweep/launch-sweep.js';
import { ModelVersion, SweepCandidate, SweepFile } from '../../src/zoo/database/entities/index.js';
import { Gate } from './gate.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { createJobsFixture, type JobsFixture } from './support.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

let fixture: JobsFixture;
let gate: Gate;
let datasetVersionId: string;
let baseVersionId: string;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  // Each killed worker is waited for this long.
  fixture = await createJobsFixture({ ZOO_LEASE_SECONDS: '3' });
  const { zoo, principal } = fixture;
  gate = await Gate.open(zoo.database);
  await startWorker();
  const archive = await colourArchive(8);
  const imported = await endOf(zoo, await launchTestImport(zoo, principal, 'colours', archive));
  datasetVersionId = imported.resultDatasetVersionId ?? '';
  baseVersionId = await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
  await killAll();
});
afterEach(async () => {
  await gate.remove();
  await killAll();
});
afterAll(async () => {
  await killAll();
  await gate.close();
  await fixture.close();
});

async function startWorker(): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(fixture);
  workers.push(worker);
  return worker;
}

async function killAll(): Promise<void> {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
}

test.each([
  [
    'while it keeps a candidate',
    'UPDATE ON sweep_candidates',
    { when: `NEW.state = 'FITTED' AND NEW.ordinal = 2` },
  ],
  ['between two of the versions', 'UPDATE ON sweep_candidates', { when: `NEW.state = 'PUBLISHED'` }],
  ['while it completes the job', 'UPDATE ON jobs', { when: `NEW.state = 'COMPLETED'` }],
])(
  'a worker that is killed %s leaves a sweep that another ends, each version once',
  async (when, at, options) => {
    const { zoo, principal } = fixture;
    const job = await launchSweep(zoo, principal, {
      datasetVersionId,
      name: `ada/${when.replaceAll(' ', '-')}`,
      candidates: ['svm', 'softmax'].map((classifier) => ({
        baseVersionId,
        strategy: 'feature-extraction-svm',
        parameters: { classifier },
      })),
      publish: 'ALL',
    });
    await gate.shut(at, options);
    const victim = await startWorker();
    await gate.reached();
    await victim.kill();
    await gate.remove();
    await startWorker();
    expect(await endOf(zoo, job.id)).toMatchObject({ state: 'COMPLETED', error: null });

    const candidates = await zoo.database
      .getRepository(SweepCandidate)
      .find({ where: { jobId: job.id }, order: { ordinal: 'ASC' } });
    expect(candidates).toMatchObject([
      { state: 'PUBLISHED', fit: null },
      { state: 'PUBLISHED', fit: null },
    ]);
    expect(candidates.filter(({ comparison }) => comparison === null)).toHaveLength(1);
    const versions = await zoo.database.getRepository(ModelVersion).findBy({ jobId: job.id });
    expect(versions.map(({ id }) => id).sort()).toEqual(candidates.map(({ versionId }) => versionId).sort());
    expect(await zoo.database.getRepository(SweepFile).countBy({ jobId: job.id })).toBe(0);
    const { rows } = await executeSql<{ outcome: string }>(
      zoo.database,
      `SELECT outcome FROM attempts WHERE job_id = $1 ORDER BY fence`,
      [job.id],
    );
    expect(rows.at(-1)).toEqual({ outcome: 'COMPLETED' });
  },
);
