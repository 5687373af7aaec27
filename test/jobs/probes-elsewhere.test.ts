import { afterAll, beforeAll, expect, test } from 'vitest';
import { advicesOfJobs } from '../../src/jobs/advice/load-advices.js';
import { launchAdvice } from '../../src/jobs/advice/launch-advice.js';
import { probesElsewhere } from '../../src/jobs/advice/probes-elsewhere.js';
import { storeProfiles } from '../../src/jobs/advice/profile-rows.js';
import { weightsDigests } from '../../src/jobs/advice/weights-digests.js';
import { adviceMeasurements } from '../../src/advisor/measurements.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { endOf, importColours, publishTestModel, tinyNetwork } from './real-work.js';
import { createJobsFixture, createPrincipal, type JobsFixture } from './support.js';

let fixture: JobsFixture;
let worker: RunningWorker;
let good: string;
let bad: string;
let base: string;
/** Versions of data sets: the one that is asked about, and others. */
let asked: string;
let other: string;
let third: string;

beforeAll(async () => {
  fixture = await createJobsFixture();
  const { zoo, principal } = fixture;
  worker = await runWorker(zoo);
  [asked, other, third] = [
    await importColours(zoo, principal, 'asked', 1),
    await importColours(zoo, principal, 'other', 2),
    await importColours(zoo, principal, 'third', 3),
  ];
  const network = await tinyNetwork();
  good = await publishTestModel(zoo, principal, 'good', network);
  bad = await publishTestModel(zoo, principal, 'bad', network);
  base = await publishTestModel(zoo, principal, 'base', network);
});
afterAll(async () => {
  await worker.stop();
  await fixture.close();
});

/** Keeps a profile of two layers, the better of which has this accuracy. */
const store = (versionId: string, datasetVersionId: string, accuracy: number, pictures = 1000) =>
  fixture.zoo.database.transaction((manager) =>
    storeProfiles(manager, datasetVersionId, [
      {
        versionId,
        similarity: null,
        cuts: [accuracy - 0.1, accuracy].map((of, at) => ({
          layer: `layer ${at}`,
          depth: at,
          featureDim: 1,
          featureKey: `${versionId} ${at}`,
          isCandidate: true,
          pictures,
          scores: {
            nearestNeighbours: null,
            hScore: null,
            logMe: null,
            probe: { accuracy: of, standardError: 0.01, C: 1 },
          },
          statistics: null,
        })),
      },
    ]),
  );

const found = async (
  studied: Parameters<typeof probesElsewhere>[3]['studied'] = {},
  principal = fixture.principal,
) => {
  const { database } = fixture.zoo;
  const digests = await weightsDigests(database, [good, bad]);
  const models = [good, bad].map((versionId) => ({ versionId, weightsDigest: digests.get(versionId) ?? '' }));
  return probesElsewhere(database, principal, models, { datasetVersionId: asked, studied });
};

test('are the best of each model on other data sets, never on the one that is asked about', async () => {
  for (const [data, accuracy] of [
    [asked, 0.9],
    [other, 0.8],
    [third, 0.7],
  ] as const) {
    await store(good, data, accuracy);
    await store(bad, data, accuracy - 0.2);
  }
  const sets = [other, third];
  const probes = await found();
  expect(probes).toHaveLength(4);
  for (const [versionId, first, second] of [
    [good, 0.8, 0.7],
    [bad, 0.6, 0.5],
  ] as const) {
    const own = probes.filter((one) => one.versionId === versionId);
    expect(own).toContainEqual({
      versionId,
      dataset: sets[0],
      accuracy: expect.closeTo(first, 5),
      pictures: 1000,
    });
    expect(own).toContainEqual({
      versionId,
      dataset: sets[1],
      accuracy: expect.closeTo(second, 5),
      pictures: 1000,
    });
  }
});

test('are not those on a few of many pictures, nor on data sets that the asker may not see', async () => {
  const { zoo } = fixture;
  expect(await found({}, await createPrincipal(zoo, 'stranger'))).toEqual([]);
  await zoo.database.query(`UPDATE transfer_profiles SET pictures = 3 WHERE dataset_version_id = $1`, [
    third,
  ]);
  expect(new Set((await found()).map(({ dataset }) => dataset))).toEqual(new Set([other]));
  await zoo.database.query(`UPDATE transfer_profiles SET pictures = 1000`);
});

test('are not those of layers that others have in common with it, nor on unlike numbers of pictures', async () => {
  const { database } = fixture.zoo;
  await database.query(`DELETE FROM transfer_profiles WHERE feature_key = $1 AND dataset_version_id = $2`, [
    `${bad} 1`,
    third,
  ]);
  expect(new Set((await found()).map(({ dataset }) => dataset))).toEqual(new Set([other]));
  await store(bad, third, 0.5);
  expect(await found()).toHaveLength(4);
  await store(bad, third, 0.5, 3000);
  expect(new Set((await found()).map(({ dataset }) => dataset))).toEqual(new Set([other]));
  // Of three the two on many pictures are compared, not the one on few.
  await store(good, third, 0.7, 3000);
  await store(base, third, 0.6, 1000);
  const models = [good, bad, base].map((versionId) => ({ versionId }));
  const ofThree = await probesElsewhere(database, fixture.principal, models, {
    datasetVersionId: asked,
    studied: {},
  });
  const onThird = ofThree.filter(({ dataset }) => dataset === third).map(({ versionId }) => versionId);
  expect(onThird.sort()).toEqual([good, bad].sort());
  await database.query(`UPDATE transfer_profiles SET pictures = 1000`);
});

test('are not those on what the model, or the one it came from, was trained on', async () => {
  const { database } = fixture.zoo;
  await executeSql(
    database,
    `INSERT INTO lineage_edges (child_version_id, parent_version_id, relation, dataset_version_id)
     VALUES ($1, $2, 'finetune', $3)`,
    [good, bad, third],
  );
  expect(new Set((await found()).map(({ dataset }) => dataset))).toEqual(new Set([other]));
  await executeSql(
    database,
    `INSERT INTO lineage_edges (child_version_id, parent_version_id, relation, dataset_version_id)
     VALUES ($1, $2, 'finetune', $3)`,
    [bad, base, other],
  );
  expect(await found()).toEqual([]);
  await database.query(`DELETE FROM lineage_edges`);
});

test('are those of the study too, where it measured the same weights', async () => {
  const [digest = ''] = (await weightsDigests(fixture.zoo.database, [good])).values();
  const studied = {
    [digest]: { name: 'studied', probes: { 'digits-5': [0.75, 50] } },
    'another digest': { name: 'another', probes: { 'digits-5': [0.5, 50] } },
  } as const;
  const ofStudy = (await found(studied)).filter(({ dataset }) => dataset.startsWith('study/'));
  // Both have the same weights.
  expect(ofStudy).toEqual(
    [good, bad].map((versionId) => ({ versionId, dataset: 'study/digits-5', accuracy: 0.75, pictures: 50 })),
  );
});

test('are kept with an advice, which counts them', async () => {
  const { zoo, principal } = fixture;
  const { id } = await launchAdvice(zoo, principal, {
    datasetVersionId: asked,
    baseVersionIds: [good, bad],
    budgetSeconds: 3600,
  });
  expect(await endOf(zoo, id)).toMatchObject({ state: 'COMPLETED', error: null });
  const [advice] = await advicesOfJobs(zoo.database, principal, [id]);
  const { models } = adviceMeasurements.parse(advice?.measurements);
  const worth = new Map(models.map(({ versionId, elsewhere }) => [versionId, elsewhere]));
  expect(worth.get(good)).toMatchObject({ datasets: 2 });
  expect(worth.get(good)?.difference).toBeGreaterThan(0.2);
  expect(worth.get(bad)?.difference).toBeLessThan(-0.2);
  const first = advice?.candidates.filter(({ accuracy }) => accuracy !== null) ?? [];
  const promised = (versionId: string) =>
    first.find((one) => one.versionId === versionId && one.strategy === 'feature-extraction-svm')?.accuracy
      ?.value ?? NaN;
  // The same network under two names: nothing but what is known from elsewhere tells them apart.
  expect(promised(good)).toBeGreaterThan(promised(bad));
});
