import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adviceParameters } from '../../src/jobs/advice/advice-parameters.js';
import { estimateLaunch } from '../../src/jobs/advice/estimate-launch.js';
import { launchAdvice, type AdviceInput } from '../../src/jobs/advice/launch-advice.js';
import { launchFineTune } from '../../src/jobs/launch/launch-fine-tune.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { Job, ModelVersion } from '../../src/zoo/database/entities/index.js';
import { packagesOf } from '../support/packages-of.js';
import { publishTestModel, tinyNetwork } from './real-work.js';
import { createJobsFixture, createPrincipal, type JobsFixture } from './support.js';

let fixture: JobsFixture;
let tiny: string;
let colours: string;

beforeAll(async () => {
  fixture = await createJobsFixture();
  tiny = await publishTestModel(fixture.zoo, fixture.principal, 'tiny', await tinyNetwork());
  colours = await insertDataset('colours', [10, 10]);
});
afterAll(() => fixture.close());

let inserted = 0;
/** Pictures are not needed: nothing here runs. */
async function insertDataset(name: string, perClass: number[], owner?: Principal): Promise<string> {
  inserted += 1;
  const total = perClass.reduce((sum, count) => sum + count, 0);
  const split = { imageCount: total, perClass };
  const { rows } = await executeSql<{ id: string }>(
    fixture.zoo.database,
    `WITH made AS (
       INSERT INTO datasets (owner_id, name, task, latest_number) VALUES ($1, $2, 'image-classification', 1) RETURNING id
     )
     INSERT INTO dataset_versions (dataset_id, number, manifest, image_count, size_bytes, digest, created_by)
     SELECT id, 1, $3, 30, 1000, $4, $1 FROM made RETURNING id`,
    [
      (owner ?? fixture.principal).account?.id,
      name,
      JSON.stringify({
        task: 'image-classification',
        classes: perClass.map((_, label) => `class ${label}`),
        splits: { train: split, validation: { imageCount: 0, perClass: perClass.map(() => 0) }, test: split },
      }),
      String(inserted).padStart(64, '0'),
    ],
  );
  return rows[0]?.id ?? '';
}

const launch = (input: Partial<AdviceInput>, as = fixture.principal) =>
  launchAdvice(fixture.zoo, as, { datasetVersionId: colours, ...input });

const jobs = () => fixture.zoo.database.getRepository(Job).countBy({ kind: 'ADVICE' });

describe('an advice is refused at the launch, with nothing queued,', () => {
  test.each([
    ['of one class', [12], /has 1 class; a classifier needs at least 2/],
    ['with a class that has no training picture', [5, 0], /"class 1" has no training picture/],
    ['without two pictures in any class', [1, 1, 1], /No class of the data set has two training pictures/],
  ])('on a data set %s', async (_what, perClass, message) => {
    const before = await jobs();
    const datasetVersionId = await insertDataset(`odd-${perClass.join('-')}`, perClass);
    await expect(launch({ datasetVersionId })).rejects.toMatchObject({
      code: 'ADVICE_DATA_INSUFFICIENT',
      message: expect.stringMatching(message) as string,
    });
    expect(await jobs()).toBe(before);
  });

  test('where the asker can see no model', async () => {
    const bob = await createPrincipal(fixture.zoo, 'bob');
    const datasetVersionId = await insertDataset('of-bob', [10, 10], bob);
    await expect(launch({ datasetVersionId }, bob)).rejects.toMatchObject({
      code: 'ADVICE_NO_MODELS',
      message: expect.stringContaining('zoo import-starters') as string,
    });
  });

  test('where no model that is named can take pictures', async () => {
    const odd = await publishTestModel(fixture.zoo, fixture.principal, 'odd', await tinyNetwork());
    await fixture.zoo.database.query(
      `UPDATE model_versions SET manifest = jsonb_set(manifest, '{input,channels}', '5') WHERE id = $1`,
      [odd],
    );
    await expect(launch({ baseVersionIds: [odd] })).rejects.toMatchObject({
      code: 'ADVICE_NO_MODELS',
      message: expect.stringContaining('5 channels') as string,
    });
    const job = await launch({ baseVersionIds: [odd, tiny] });
    expect(adviceParameters.parse(job.parameters)).toMatchObject({
      models: [tiny],
      left: [{ versionId: odd, reason: expect.stringContaining('5 channels') as string }],
    });
  });

  test.each([0, 4.9, -1])('with a budget of %d seconds', async (budgetSeconds) => {
    await expect(launch({ budgetSeconds })).rejects.toMatchObject({ code: 'ADVICE_BUDGET_TOO_SMALL' });
  });

  test.each([
    ['a budget of days', { budgetSeconds: 1e6 }, 'INPUT_INVALID'],
    ['no number as budget', { budgetSeconds: NaN }, 'INPUT_INVALID'],
    ['an empty list of models', { baseVersionIds: [] }, 'INPUT_INVALID'],
    ['too many models', { baseVersionIds: Array.from({ length: 33 }, () => randomUUID()) }, 'INPUT_INVALID'],
    ['a model that is not there', { baseVersionIds: [randomUUID()] }, 'NOT_FOUND'],
    ['a data set that is not there', { datasetVersionId: randomUUID() }, 'NOT_FOUND'],
  ])('with %s', async (_what, input, code) => {
    await expect(launch(input)).rejects.toMatchObject({ code });
  });

  test('on what belongs to others', async () => {
    const carol = await createPrincipal(fixture.zoo, 'carol');
    await expect(launch({}, carol)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const datasetVersionId = await insertDataset('of-carol', [10, 10], carol);
    await expect(launch({ datasetVersionId, baseVersionIds: [tiny] }, carol)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('baseVersionIds[0]') as string,
    });
  });

  test('without the scope to launch', async () => {
    const reader: Principal = { ...fixture.principal, scopes: new Set(['read']) };
    await expect(launch({}, reader)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('asked twice with one key it is one job; with another question the key is refused', async () => {
  const first = await launch({ idempotencyKey: 'once', budgetSeconds: 60 });
  expect((await launch({ idempotencyKey: 'once', budgetSeconds: 60 })).id).toBe(first.id);
  await expect(launch({ idempotencyKey: 'once', budgetSeconds: 61 })).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
  expect(first).toMatchObject({ kind: 'ADVICE', state: 'QUEUED', datasetVersionId: colours, strategy: null });
});

test('without names the newest version of each model is measured; what is more than the most is said to be left, or counted', async () => {
  const dora = await createPrincipal(fixture.zoo, 'dora');
  const datasetVersionId = await insertDataset('of-dora', [10, 10], dora);
  const first = await publishTestModel(fixture.zoo, dora, 'model-0', await tinyNetwork());
  // Publishing each would take longer than all else here.
  const { rows } = await executeSql<{ id: string }>(
    fixture.zoo.database,
    `WITH copies AS (
       INSERT INTO models (owner_id, name, task, latest_number)
       SELECT m.owner_id, 'model-' || place, m.task, 1
         FROM model_versions v JOIN models m ON m.id = v.model_id, generate_series(1, 204) AS place
        WHERE v.id = $1 RETURNING id, name
     )
     INSERT INTO model_versions (model_id, number, format, manifest, parameter_count, size_bytes, digest, created_by, created_at)
     SELECT copies.id, 1, v.format, v.manifest, v.parameter_count, v.size_bytes, v.digest, v.created_by,
            v.created_at + substr(copies.name, 7)::int * interval '1 second'
       FROM copies, model_versions v WHERE v.id = $1 ORDER BY substr(copies.name, 7)::int RETURNING id`,
    [first],
  );
  const versions = [first, ...rows.map(({ id }) => id)];
  await setAccuracy(versions.at(-1) ?? '', 0.9);
  const { models, left, notConsidered } = adviceParameters.parse(
    (await launch({ datasetVersionId }, dora)).parameters,
  );
  expect(models).toHaveLength(32);
  // The more accurate on what it was trained for comes first, then, of the same size, the newer.
  expect(models[0]).toBe(versions.at(-1));
  // The oldest are not even looked at.
  expect(left).toEqual(
    versions
      .slice(5, -32)
      .reverse()
      .map((versionId) => ({ versionId, reason: expect.stringContaining('32 models at most') as string })),
  );
  expect(left).toHaveLength(168);
  expect(notConsidered).toBe(5);
  const named = await launch({ datasetVersionId, baseVersionIds: versions.slice(0, 3) }, dora);
  expect(adviceParameters.parse(named.parameters)).toMatchObject({ left: [], notConsidered: 0 });
});

async function setAccuracy(versionId: string, value: number): Promise<void> {
  await fixture.zoo.database.query(
    `INSERT INTO metrics (version_id, name, value) VALUES ($1, 'accuracy', $2)`,
    [versionId, value],
  );
}

describe('a launch by a line of an advice', () => {
  test.each([
    ['no such advice', { adviceId: randomUUID(), rank: 1 }, 'NOT_FOUND'],
    ['rank 0', { adviceId: randomUUID(), rank: 0 }, 'INPUT_INVALID'],
    [
      'parameters beside it',
      { adviceId: randomUUID(), rank: 1, parameters: { C: 1 }, strategy: 'full-retraining' },
      'INPUT_INVALID',
    ],
  ])('is refused with %s', async (_what, given, code) => {
    await expect(
      launchFineTune(fixture.zoo, fixture.principal, { ...given, name: 'ada/x' } as never),
    ).rejects.toMatchObject({ code });
  });
});

describe('an estimate without a job', () => {
  const estimate = (input: object) =>
    estimateLaunch(fixture.zoo, fixture.principal, {
      baseVersionId: tiny,
      datasetVersionId: colours,
      strategy: 'feature-extraction-svm',
      ...input,
    });

  test('says what follows from the manifests where nothing was measured', async () => {
    const before = await fixture.zoo.database.getRepository(Job).count();
    const { layer } = await lastCut();
    const said = await estimate({ parameters: { layer } });
    expect(said).toMatchObject({
      basis: 'MANIFEST',
      adviceId: null,
      accuracy: null,
      parameters: { layer, classifier: 'svm', folds: 5 },
    });
    expect(said.peakMemoryBytes).toBeGreaterThan(0);
    expect(said.storedBytes).toBeGreaterThan(0);
    expect(said.reason).toContain('Not estimated');
    expect(await fixture.zoo.database.getRepository(Job).count()).toBe(before);
  });

  test.each([
    ['an unknown strategy', { strategy: 'magic' }, 'STRATEGY_UNKNOWN'],
    ['a layer that is not there', { parameters: { layer: 'nowhere' } }, 'STRATEGY_NOT_APPLICABLE'],
    ['a parameter out of range', { parameters: { C: -1 } }, 'STRATEGY_PARAMETERS_INVALID'],
    ['a model that is not there', { baseVersionId: randomUUID() }, 'NOT_FOUND'],
  ])('refuses %s, as the launch would', async (_what, input, code) => {
    await expect(estimate(input)).rejects.toMatchObject({ code });
  });

  async function lastCut(): Promise<{ layer: string }> {
    const { manifest } = await fixture.zoo.database.getRepository(ModelVersion).findOneByOrFail({ id: tiny });
    const cut = manifest.cutPoints.findLast(({ outputShape }) => outputShape.length === 4);
    return { layer: cut?.layer ?? '' };
  }
});

test.each(['launch-advice', 'load-advices', 'estimate-launch', 'advisor-record', 'transfer-profile'])(
  'asking and reading loads nothing that computes: %s',
  (module) => {
    const heavy = ['sharp', 'onnxruntime-node', '@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
    const packages = packagesOf(`jobs/advice/${module}.ts`);
    expect(heavy.filter((name) => packages.has(name))).toEqual([]);
  },
);
