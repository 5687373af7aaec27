import type { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AdviceMeasurements } from '../../src/advisor/measurements.js';
import { launchAdvice } from '../../src/jobs/advice/launch-advice.js';
import { advicesOfJobs, type AdviceRow } from '../../src/jobs/advice/load-advices.js';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { runWorker } from '../../src/jobs/worker/run-worker.js';
import { Advice, Model, ModelVersion } from '../../src/zoo/database/entities/index.js';
import { KillStand } from './kill-stand.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { jobById, outcomesOf } from './support.js';

let stand: KillStand;
let datasetVersionId: string;
let models: string[];
let undisturbed: AdviceRow;

beforeAll(async () => {
  stand = await KillStand.open();
  const { zoo, principal } = stand.fixture;
  await stand.startWorker();
  const imported = await endOf(
    zoo,
    await launchTestImport(zoo, principal, 'colours', await colourArchive(8)),
  );
  datasetVersionId = imported.resultDatasetVersionId ?? '';
  const files = await tinyNetwork();
  models = [
    await publishTestModel(zoo, principal, 'one', files),
    await publishTestModel(zoo, principal, 'two', files),
  ];
  undisturbed = await adviceOf(await ask());
  await stand.clear();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

async function ask(): Promise<string> {
  return (
    await launchAdvice(stand.fixture.zoo, stand.fixture.principal, { datasetVersionId, budgetSeconds: 3600 })
  ).id;
}

async function adviceOf(jobId: string): Promise<AdviceRow> {
  expect(await endOf(stand.fixture.zoo, jobId)).toMatchObject({ state: 'COMPLETED', error: null });
  const [advice] = await advicesOfJobs(stand.fixture.zoo.database, stand.fixture.principal, [jobId]);
  if (advice === undefined) throw new Error('the job gave no advice');
  return advice;
}

/** All that the pictures decide, and not the speed of the machine, which orders lines that promise the same. */
const said = ({ candidates, measurements, scenario }: AdviceRow) => ({
  scenario,
  lines: candidates
    .map(({ versionId, strategy, parameters, accuracy }) =>
      JSON.stringify([versionId, strategy, parameters, accuracy]),
    )
    .sort(),
  scores: measurements.models.map(
    ({ versionId, state, pictures, cuts }: AdviceMeasurements['models'][number]) => [
      versionId,
      state,
      pictures,
      cuts.map(({ scores }) => scores),
    ],
  ),
});

describe('a worker that is killed', () => {
  test.each([
    ['while models are measured', 'INSERT ON job_events', { when: `NEW.type = 'log'` }],
    ['in the middle of writing the candidates', 'INSERT ON advice_candidates', {}],
    ['as the advice commits', 'INSERT ON advices', { atCommit: true }],
    ['while it completes the job', 'UPDATE ON jobs', { when: `NEW.state = 'COMPLETED'` }],
  ])(
    '%s: leaves a job of which another makes the same advice, once and whole',
    async (_when, at, options) => {
      const { database } = stand.fixture.zoo;
      await database.query(`DELETE FROM transfer_profiles`);
      await database.query(`DELETE FROM transfer_profile_cuts`);
      const jobId = await ask();
      await stand.killAt(at, options);
      expect(said(await adviceOf(jobId))).toEqual(said(undisturbed));
      expect(await database.getRepository(Advice).countBy({ jobId })).toBe(1);
      expect((await outcomesOf(stand.fixture.zoo, jobId)).at(-1)).toBe('COMPLETED');
    },
  );
});

test('an advice that is called off while its models are fetched leaves nothing', async () => {
  const { zoo, principal } = stand.fixture;
  let reached: () => void = () => undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  let open: () => void = () => undefined;
  const isOpen = new Promise<void>((resolve) => (open = resolve));
  const store = new Proxy(zoo.store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'read') return value.bind(target) as unknown;
      return async (sha256: string): Promise<Readable> => {
        reached();
        await isOpen;
        return target.read(sha256) as Promise<Readable>;
      };
    },
  });
  const config = { ...zoo.config, dataDirectory: `${zoo.config.dataDirectory}/cold` };
  const worker = await runWorker({ ...zoo, store, config });
  const jobId = await ask();
  await isReached;
  await cancelJob(zoo, principal, jobId);
  open();
  expect(await endOf(zoo, jobId)).toMatchObject({ state: 'CANCELLED' });
  await worker.stop();
  expect(await zoo.database.getRepository(Advice).countBy({ jobId })).toBe(0);
});

describe('a model that is deleted between question and answer', () => {
  const remove = async (versionId: string) => {
    const { modelId } = await stand.fixture.zoo.database
      .getRepository(ModelVersion)
      .findOneByOrFail({ id: versionId });
    await stand.fixture.zoo.database.getRepository(Model).softDelete({ id: modelId });
  };

  test('is said to be gone, and the others are measured', async () => {
    const jobId = await ask();
    await remove(models[0] ?? '');
    await stand.startWorker();
    const advice = await adviceOf(jobId);
    expect(new Set(advice.candidates.map(({ versionId }) => versionId))).toEqual(new Set([models[1]]));
    expect(advice.notMeasured).toEqual([
      { versionId: models[0], reason: expect.stringContaining('deleted') as string },
    ]);
  });

  test('was the last: the job fails and says why', async () => {
    const jobId = await ask();
    await remove(models[1] ?? '');
    await stand.startWorker();
    await endOf(stand.fixture.zoo, jobId);
    expect(await jobById(stand.fixture.zoo, jobId)).toMatchObject({
      state: 'FAILED',
      error: { code: 'ADVICE_NO_MODELS' },
    });
  });
});
