import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CutMeasurements } from '../../src/advisor/measurements.js';
import { fillProfiles } from '../../src/jobs/advice/fill-profiles.js';
import { launchAdvice } from '../../src/jobs/advice/launch-advice.js';
import { knownFeatureKeys, storeProfiles } from '../../src/jobs/advice/profile-rows.js';
import { catalogueState, scheduleProfile } from '../../src/jobs/advice/schedule-profile.js';
import { transferProfilesOf } from '../../src/jobs/advice/transfer-profile.js';
import { launchFineTune } from '../../src/jobs/launch/launch-fine-tune.js';
import { listJobs } from '../../src/jobs/load-jobs.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { openJobQueue } from '../../src/jobs/queue/queue.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { Job, ModelVersion } from '../../src/zoo/database/entities/index.js';
import { endOf, importColours, publishTestModel, tinyNetwork } from './real-work.js';
import { createJobsFixture, createPrincipal, jobById, queueTestJob, type JobsFixture } from './support.js';

let fixture: JobsFixture;
let worker: RunningWorker | undefined;
let tiny: string;
let tuned: string;
let firstColours: string;
let otherColours: string;

beforeAll(async () => {
  fixture = await createJobsFixture();
  const { zoo, principal } = fixture;
  worker = await runWorker(zoo);
  firstColours = await importColours(zoo, principal, 'colours', 1);
  tiny = await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
  const { id } = await launchFineTune(zoo, principal, {
    baseVersionId: tiny,
    datasetVersionId: firstColours,
    strategy: 'feature-extraction-svm',
    name: 'ada/tuned',
  });
  tuned = (await endOf(zoo, id)).resultModelVersionId ?? '';
  otherColours = await importColours(zoo, principal, 'other-colours', 2);
  await stopWorker();
});
afterEach(stopWorker);
afterAll(() => fixture.close());

async function stopWorker(): Promise<void> {
  await worker?.stop();
  worker = undefined;
}

const schedule = async () => (await scheduleProfile(fixture.zoo)).jobId;

async function scheduled(): Promise<Job> {
  const id = await schedule();
  if (id === undefined) throw new Error('nothing was queued');
  return jobById(fixture.zoo, id);
}

/** Takes a waiting job out of the way, as if it had been done. */
async function settle(id: string): Promise<void> {
  await executeSql(fixture.zoo.database, `UPDATE jobs SET state = 'CANCELLED' WHERE id = $1`, [id]);
}

async function forgetProfiles(): Promise<void> {
  const { database } = fixture.zoo;
  await database.query(`DELETE FROM jobs WHERE kind = 'TRANSFER_PROFILE'`);
  await database.query(`DELETE FROM job_queue.job`);
  await database.query(`DELETE FROM transfer_profiles`);
  await database.query(`DELETE FROM transfer_profile_cuts`);
}

describe('what is profiled', () => {
  afterEach(forgetProfiles);

  test('on what a version was trained on first, then every version on every data set, each pair once', async () => {
    const first = await scheduled();
    expect(first).toMatchObject({
      kind: 'TRANSFER_PROFILE',
      state: 'QUEUED',
      baseVersionId: tuned,
      datasetVersionId: firstColours,
      launchedBy: fixture.principal.account?.id,
    });
    const pairs = [first];
    await settle(first.id);
    for (let id = await schedule(); id !== undefined; id = await schedule()) {
      pairs.push(await jobById(fixture.zoo, id));
      await settle(id);
    }
    const expected = [tiny, tuned].flatMap((base) =>
      [firstColours, otherColours].map((data) => `${base} ${data}`),
    );
    expect(pairs.map((job) => `${job.baseVersionId} ${job.datasetVersionId}`).sort()).toEqual(
      expected.sort(),
    );
  });

  test('nothing while any job waits that the workers there are can run', async () => {
    const waiting = await queueTestJob(fixture.zoo, fixture.principal);
    expect(await scheduleProfile(fixture.zoo)).toEqual({ jobId: undefined, isComplete: false });
    await executeSql(fixture.zoo.database, `UPDATE jobs SET left_to_others = true WHERE id = $1`, [waiting]);
    await settle((await scheduled()).id);
    await settle(waiting);
    expect(await schedule()).toBeDefined();
  });

  test('again what was measured on a few of many pictures', async () => {
    const { database } = fixture.zoo;
    const store = (pictures: number) =>
      database.transaction(async (manager) => {
        for (const datasetVersionId of [firstColours, otherColours]) {
          await storeProfiles(
            manager,
            datasetVersionId,
            [tiny, tuned].map((id) => measuredOn(id, pictures)),
          );
        }
      });
    await store(3);
    expect(await knownFeatureKeys(database, firstColours, 10)).toEqual([]);
    await settle((await scheduled()).id);
    await forgetProfiles();
    await store(1000);
    expect(await knownFeatureKeys(database, firstColours, 10)).toHaveLength(2);
    expect(await scheduleProfile(fixture.zoo)).toEqual({ jobId: undefined, isComplete: true });
    // Later numbers on as many pictures may lack the statistics, which are still true.
    await database.transaction((manager) =>
      storeProfiles(manager, firstColours, [measuredOn(tiny, 1000, null)]),
    );
    expect(await database.query(`SELECT FROM transfer_profiles WHERE statistics IS NULL`)).toEqual([]);
  });

  const measuredOn = (
    versionId: string,
    pictures: number,
    statistics: CutMeasurements['statistics'] = { mean: [1], variance: [1] },
  ) => ({
    versionId,
    similarity: null,
    cuts: [
      {
        layer: 'layer',
        depth: 0.5,
        featureDim: 1,
        featureKey: `key of ${versionId}`,
        isCandidate: true,
        pictures,
        scores: { nearestNeighbours: null, hScore: null, logMe: null, probe: null },
        statistics,
      },
    ],
  });

  test('with statistics to five digits: no thousand pictures tell more', async () => {
    const { database } = fixture.zoo;
    const statistics = { mean: [1 / 3, -20_000 / 3], variance: [2e-7 / 3, 0] };
    await database.transaction((manager) =>
      storeProfiles(manager, firstColours, [measuredOn(tiny, 10, statistics)]),
    );
    expect(await database.query(`SELECT statistics FROM transfer_profiles`)).toEqual([
      { statistics: { mean: [0.33333, -6666.7], variance: [6.6667e-8, 0] } },
    ]);
  });

  test('nothing on data sets that the model’s owner may not read', async () => {
    const bob = await createPrincipal(fixture.zoo, 'bob');
    const own = await publishTestModel(fixture.zoo, bob, 'own', await tinyNetwork());
    for (let id = await schedule(); id !== undefined; id = await schedule()) {
      expect((await jobById(fixture.zoo, id)).baseVersionId).not.toBe(own);
      await settle(id);
    }
    await fixture.zoo.database.query(`UPDATE datasets SET visibility = 'PUBLIC' WHERE name = 'colours'`);
    expect(await scheduled()).toMatchObject({ baseVersionId: own, datasetVersionId: firstColours });
    await fixture.zoo.database.query(`UPDATE datasets SET visibility = 'PRIVATE'`);
    await fixture.zoo.database.query(`UPDATE models SET deleted_at = now() WHERE name = 'own'`);
  });

  test('not even looked for, once all are complete, until a model or data set changes', async () => {
    const { zoo, principal } = fixture;
    await zoo.database.transaction(async (manager) => {
      for (const datasetVersionId of [firstColours, otherColours]) {
        const complete = [tiny, tuned].map((id) => measuredOn(id, 1000));
        await storeProfiles(manager, datasetVersionId, complete);
      }
    });
    const leaving = new AbortController();
    const looks = vi.spyOn(zoo.database, 'transaction');
    let rounds = 0;
    const filling = fillProfiles(zoo, {
      isIdle: () => ++rounds > 0,
      everyMs: 1,
      signal: leaving.signal,
    });
    await expect.poll(() => rounds).toBeGreaterThan(9);
    expect(looks).toHaveBeenCalledTimes(1);
    looks.mockRestore();
    const later = await publishTestModel(zoo, principal, 'later', await tinyNetwork());
    const profiles = zoo.database.getRepository(Job);
    await expect.poll(() => profiles.countBy({ baseVersionId: later })).toBe(1);
    leaving.abort();
    await filling;
    await zoo.database.query(`UPDATE models SET deleted_at = now() WHERE name = 'later'`);
  });

  test.each([
    [
      'a data set that others may see now',
      `UPDATE datasets SET visibility = 'PUBLIC', updated_at = now() WHERE name = 'colours'`,
    ],
    [
      'a change that began before that one and was committed after it',
      `UPDATE datasets SET visibility = 'PUBLIC', updated_at = now() - interval '1 hour' WHERE name = 'other-colours'`,
    ],
    ['a model that is back', `UPDATE models SET deleted_at = NULL WHERE name = 'later'`],
    ['a model that is gone', `UPDATE models SET deleted_at = now() WHERE name = 'later'`],
  ])('again with %s', async (_what, change) => {
    const { zoo } = fixture;
    const before = await catalogueState(zoo);
    expect(await catalogueState(zoo)).toBe(before);
    await zoo.database.query(change);
    expect(await catalogueState(zoo)).not.toBe(before);
    await zoo.database.query(`UPDATE datasets SET visibility = 'PRIVATE'`);
  });

  test('after everything else that is in the queue', async () => {
    const profile = await scheduled();
    const later = await queueTestJob(fixture.zoo, fixture.principal);
    const queue = await openJobQueue(fixture.zoo);
    const delivered = [(await queue.fetch())?.jobId, (await queue.fetch())?.jobId];
    await queue.close();
    expect(delivered).toEqual([later, profile.id]);
    await settle(later);
  });

  test('in no list of jobs unless it is asked for', async () => {
    const profile = await scheduled();
    const { zoo, principal } = fixture;
    const all = await listJobs(zoo.database, principal, {}, { first: 100 });
    expect(all.edges.map(({ node }) => node.id)).not.toContain(profile.id);
    const asked = await listJobs(zoo.database, principal, { kind: 'TRANSFER_PROFILE' }, { first: 100 });
    expect(asked.edges.map(({ node }) => node.id)).toEqual([profile.id]);
  });
});

describe('a worker without other work', () => {
  afterAll(forgetProfiles);

  test('fills the profiles; layers that two versions share are measured once', async () => {
    const { zoo, principal } = fixture;
    const config = { ...zoo.config, worker: { ...zoo.config.worker, transferProfiles: true } };
    worker = await runWorker({ ...zoo, config }, { profileMs: 20, pollMs: 20 });
    const profilesNow = () => transferProfilesOf(zoo.database, principal, [tiny, tuned]);
    const missing = async () => {
      const points = (await profilesNow()).flatMap(({ cuts, datasets }) =>
        datasets.map((dataset) => cuts.length - dataset.points.length),
      );
      return [points.length, Math.max(...points)];
    };
    await expect.poll(missing).toEqual([4, 0]);
    const profiles = await profilesNow();
    const [ofTiny, ofTuned] = [tiny, tuned].map((id) => profiles.find(({ versionId }) => versionId === id));
    for (const profile of [ofTiny, ofTuned]) {
      expect(profile?.datasets.map(({ datasetVersionId }) => datasetVersionId).sort()).toEqual(
        [firstColours, otherColours].sort(),
      );
      for (const { points } of profile?.datasets ?? []) {
        expect(points.map(({ layer }) => layer)).toEqual(profile?.cuts.map(({ layer }) => layer));
        expect(points.every(({ scores }) => (scores.probe?.accuracy ?? 0) > 0.5)).toBe(true);
      }
    }
    // The linear classifier of the one is another last layer; what comes before is the same network.
    expect(ofTuned?.datasets[0]?.points.map(({ scores }) => scores)).toEqual(
      ofTiny?.datasets
        .find(({ datasetVersionId }) => datasetVersionId === ofTuned?.datasets[0]?.datasetVersionId)
        ?.points.slice(0, ofTuned?.cuts.length)
        .map(({ scores }) => scores),
    );
    const keys = await zoo.database.query(`SELECT feature_key FROM transfer_profiles`);
    expect(keys).toHaveLength(2 * (ofTiny?.cuts.length ?? 0));
  });

  test('an advice tells how far pictures lie from those that a model was trained on', async () => {
    const { zoo, principal } = fixture;
    worker = await runWorker(zoo);
    const { id } = await launchAdvice(zoo, principal, {
      datasetVersionId: otherColours,
      baseVersionIds: [tuned],
      budgetSeconds: 3600,
    });
    expect(await endOf(zoo, id)).toMatchObject({ state: 'COMPLETED', error: null });
    const { rows } = await executeSql<{ frechet: unknown }>(
      zoo.database,
      `SELECT measurements #> '{models,0,similarity,frechet}' AS frechet FROM advices WHERE job_id = $1`,
      [id],
    );
    expect(rows[0]?.frechet).toMatchObject({ datasetVersionId: firstColours });
  });

  test('a reader sees of a profile only data sets that it may read', async () => {
    const { zoo } = fixture;
    const stranger = await createPrincipal(zoo, 'stranger');
    const { modelId } = await zoo.database.getRepository(ModelVersion).findOneByOrFail({ id: tiny });
    await zoo.database.query(`UPDATE models SET visibility = 'PUBLIC' WHERE id = $1`, [modelId]);
    const [profile] = await transferProfilesOf(zoo.database, stranger, [tiny]);
    expect(profile?.cuts.length).toBeGreaterThan(0);
    expect(profile?.datasets).toEqual([]);
  });
});
