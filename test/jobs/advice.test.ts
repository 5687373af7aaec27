import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adviceMeasurements, type AdviceMeasurements } from '../../src/advisor/measurements.js';
import { advisorRecord } from '../../src/jobs/advice/advisor-record.js';
import { launchAdvice } from '../../src/jobs/advice/launch-advice.js';
import {
  advicesOfJobs,
  loadAdvices,
  newestAdvicesOfDatasets,
  type AdviceRow,
} from '../../src/jobs/advice/load-advices.js';
import { transferProfilesOf } from '../../src/jobs/advice/transfer-profile.js';
import { launchFineTune } from '../../src/jobs/launch/launch-fine-tune.js';
import { launchSweep } from '../../src/jobs/sweep/launch-sweep.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { writeLayerShards } from '../../src/learning/tfjs-layers/write-layer-shards.js';
import { DatasetVersion, Model, ModelVersion } from '../../src/zoo/database/entities/index.js';
import { realModel } from '../learning/support/real-models.js';
import { createEmbeddedTestDatabase } from '../support/database.js';
import { clothingArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { createJobsFixture, createPrincipal, type JobsFixture } from './support.js';

/** A budget that real networks on few pictures never use up, however slow the machine. */
const ample = 3600;

describe('an advice', () => {
  let fixture: JobsFixture;
  let worker: RunningWorker;
  let datasetVersionId: string;
  let mobilenet: string;
  let tiny: string;
  let advice: AdviceRow;
  let measurements: AdviceMeasurements;

  beforeAll(async () => {
    fixture = await createJobsFixture({}, createEmbeddedTestDatabase);
    const { zoo, principal } = fixture;
    worker = await runWorker(zoo);
    const archive = await clothingArchive({ classes: ['dress', 'pants', 'hat'], perFolder: 10 });
    const imported = await endOf(zoo, await launchTestImport(zoo, principal, 'clothes', archive));
    datasetVersionId = imported.resultDatasetVersionId ?? '';
    tiny = await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
    mobilenet = await publishTestModel(
      zoo,
      principal,
      'mobilenet',
      writeLayerShards(await loadTfjsLayers(realModel('mobilenet_v2'))),
    );
    const job = await endOf(
      zoo,
      (await launchAdvice(zoo, principal, { datasetVersionId, budgetSeconds: ample })).id,
    );
    expect(job).toMatchObject({ kind: 'ADVICE', state: 'COMPLETED', error: null, fence: 1 });
    const [given] = await advicesOfJobs(zoo.database, principal, [job.id]);
    if (given === undefined) throw new Error('the job gave no advice');
    advice = given;
    measurements = adviceMeasurements.parse(advice.measurements);
  });
  afterAll(async () => {
    await worker.stop();
    await fixture.close();
  });

  test('ranks strategies on the model whose features tell real photographs apart', () => {
    expect(advice.candidates.length).toBeGreaterThanOrEqual(4);
    expect(advice.candidates.map(({ rank }) => rank)).toEqual(advice.candidates.map((_, index) => index + 1));
    const [first] = advice.candidates;
    expect(first).toMatchObject({ versionId: mobilenet, isGone: false, outcomes: [] });
    expect(first?.accuracy?.value).toBeGreaterThan(0.5);
    expect(first?.accuracy?.low).toBeLessThanOrEqual(first?.accuracy?.value ?? 0);
    expect(first?.reason).not.toBe('');
    expect(new Set(advice.candidates.map(({ strategy }) => strategy))).toEqual(
      new Set(['feature-extraction-svm', 'partial-fine-tuning', 'full-retraining']),
    );
    expect(advice.summary).not.toBe('');
  });

  test('keeps the numbers that it rests on, and those of features with the profiles', async () => {
    const { zoo, principal } = fixture;
    expect(measurements.models.map(({ versionId }) => versionId).sort()).toEqual([mobilenet, tiny].sort());
    expect(measurements.dataset).toMatchObject({ classes: 3 });
    expect(
      measurements.models.flatMap(({ cuts }) => cuts).every(({ statistics }) => statistics === null),
    ).toBe(true);
    const [profile] = await transferProfilesOf(zoo.database, principal, [mobilenet]);
    const measured = measurements.models.find(({ versionId }) => versionId === mobilenet);
    expect(profile?.cuts.map(({ layer }) => layer)).toEqual(measured?.cuts.map(({ layer }) => layer));
    expect(profile?.datasets).toMatchObject([{ datasetVersionId }]);
    expect(profile?.datasets[0]?.points.map(({ scores }) => scores.probe?.accuracy)).toEqual(
      measured?.cuts.map(({ scores }) => scores.probe?.accuracy),
    );
  });

  test('is the newest of its data set, and nobody else’s to see', async () => {
    const { zoo, principal } = fixture;
    const { datasetId } = await zoo.database
      .getRepository(DatasetVersion)
      .findOneByOrFail({ id: datasetVersionId });
    const newest = await newestAdvicesOfDatasets(zoo.database, principal, [datasetId]);
    expect(newest).toMatchObject([{ id: advice.id, datasetId }]);
    const stranger = await createPrincipal(zoo, 'bob');
    expect(await loadAdvices(zoo.database, stranger, [advice.id])).toEqual([]);
    expect(await newestAdvicesOfDatasets(zoo.database, stranger, [datasetId])).toEqual([]);
    expect(await transferProfilesOf(zoo.database, stranger, [mobilenet])).toEqual([]);
    await expect(
      launchFineTune(zoo, stranger, { adviceId: advice.id, rank: 1, name: 'bob/stolen' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const admin = await createPrincipal(zoo, 'root', 'ADMIN');
    expect(await loadAdvices(zoo.database, admin, [advice.id])).toHaveLength(1);
  });

  test('is the same when it is asked for again', async () => {
    const { zoo, principal } = fixture;
    const job = await endOf(
      zoo,
      (await launchAdvice(zoo, principal, { datasetVersionId, budgetSeconds: ample })).id,
    );
    const [again] = await advicesOfJobs(zoo.database, principal, [job.id]);
    // Lines that promise the same are ordered by time, which no two runs measure alike.
    const promises = ({ candidates }: AdviceRow) =>
      candidates
        .map(({ versionId, strategy, parameters, accuracy }) =>
          JSON.stringify([versionId, strategy, parameters, accuracy]),
        )
        .sort();
    expect(again && promises(again)).toEqual(promises(advice));
  });

  test('stands beside what becomes of it: launched by its line, or by hand with what it says', async () => {
    const { zoo, principal } = fixture;
    const line = advice.candidates.find(({ strategy }) => strategy === 'feature-extraction-svm');
    if (line === undefined) throw new Error('no linear line');
    const byLine = await launchFineTune(zoo, principal, {
      adviceId: advice.id,
      rank: line.rank,
      name: 'ada/advised',
    });
    expect(byLine).toMatchObject({
      baseVersionId: line.versionId,
      datasetVersionId,
      strategy: line.strategy,
      adviceId: advice.id,
      adviceRank: line.rank,
    });
    const byHand = await launchFineTune(zoo, principal, {
      baseVersionId: line.versionId,
      datasetVersionId,
      strategy: line.strategy,
      parameters: line.parameters,
      name: 'ada/by-hand',
    });
    expect(byHand.adviceId).toBeNull();
    const ended = [await endOf(zoo, byLine.id), await endOf(zoo, byHand.id)];
    expect(ended).toMatchObject([{ state: 'COMPLETED' }, { state: 'COMPLETED' }]);

    const versions = await Promise.all(
      ended.map(({ resultModelVersionId }) =>
        zoo.database.getRepository(ModelVersion).findOneByOrFail({ id: resultModelVersionId ?? '' }),
      ),
    );
    const [read] = await loadAdvices(zoo.database, principal, [advice.id]);
    const outcomes = read?.candidates.flatMap((each) => each.outcomes.map((outcome) => [each.rank, outcome]));
    expect(outcomes).toEqual(
      versions.map(({ id, jobId, evaluation }) => [
        line.rank,
        {
          jobId,
          modelVersionId: id,
          accuracy: evaluation?.accuracy,
          testPictures: evaluation?.imageCount,
        },
      ]),
    );
    const record = await advisorRecord(zoo.database, principal);
    expect(record.calibration.outcomes).toBe(2);
    expect(record.newest.map(({ actual }) => actual)).toEqual(
      versions.map(({ evaluation }) => evaluation?.accuracy).reverse(),
    );
    // The next advice of this zoo corrects by it.
    expect(record.families).toMatchObject([{ calibration: { outcomes: 2 } }]);
    const nobody = await createPrincipal(zoo, 'carol');
    expect((await advisorRecord(zoo.database, nobody)).calibration.outcomes).toBe(0);
  });

  test('has the candidates of a sweep beside its lines, published or not', async () => {
    const { zoo, principal } = fixture;
    const lines = advice.candidates.filter(
      ({ versionId, strategy }) => versionId === mobilenet && strategy === 'feature-extraction-svm',
    );
    const job = await launchSweep(zoo, principal, {
      datasetVersionId,
      candidates: lines.map(({ versionId, strategy, parameters }) => ({
        baseVersionId: versionId,
        strategy,
        parameters,
      })),
      name: 'ada/swept',
    });
    const { resultModelVersionId } = await endOf(zoo, job.id);
    const [read] = await loadAdvices(zoo.database, principal, [advice.id]);
    const ofSweep = lines.map(({ rank }) =>
      read?.candidates
        .find((line) => line.rank === rank)
        ?.outcomes.filter(({ jobId }) => jobId === job.id)
        .map(({ modelVersionId }) => modelVersionId),
    );
    expect(ofSweep).toHaveLength(2);
    expect(ofSweep).toEqual(expect.arrayContaining([[resultModelVersionId], [null]]));
    const record = await advisorRecord(zoo.database, principal);
    expect(record.calibration.outcomes).toBe(4);
    expect(record.rankAgreement.advices).toBeLessThanOrEqual(1);
  });

  test('says of a line whose model was deleted that it has gone, and does not launch it', async () => {
    const { zoo, principal } = fixture;
    const { modelId } = await zoo.database.getRepository(ModelVersion).findOneByOrFail({ id: mobilenet });
    await zoo.database.getRepository(Model).softDelete({ id: modelId });
    const [read] = await loadAdvices(zoo.database, principal, [advice.id]);
    expect(read?.candidates.find(({ versionId }) => versionId === mobilenet)?.isGone).toBe(true);
    await expect(
      launchFineTune(zoo, principal, { adviceId: advice.id, rank: 1, name: 'ada/too-late' }),
    ).rejects.toMatchObject({
      code: 'ADVICE_STALE',
      message: expect.stringContaining('new advice') as string,
    });
    expect(await zoo.database.getRepository(Model).countBy({ name: 'too-late' })).toBe(0);
    await zoo.database.getRepository(Model).restore({ id: modelId });
  });
});
