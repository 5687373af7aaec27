import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchSweep } from '../../src/jobs/sweep/launch-sweep.js';
import { ModelVersion, SweepCandidate, SweepFile } from '../../src/zoo/database/entities/index.js';
import { KillStand } from './kill-stand.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { outcomesOf } from './support.js';

let stand: KillStand;
let datasetVersionId: string;
let baseVersionId: string;

beforeAll(async () => {
  stand = await KillStand.open();
  const { zoo, principal } = stand.fixture;
  await stand.startWorker();
  const archive = await colourArchive(8);
  const imported = await endOf(zoo, await launchTestImport(zoo, principal, 'colours', archive));
  datasetVersionId = imported.resultDatasetVersionId ?? '';
  baseVersionId = await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
  await stand.clear();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

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
    const { zoo, principal } = stand.fixture;
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
    await stand.killAt(at, options);
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
    expect((await outcomesOf(zoo, job.id)).at(-1)).toBe('COMPLETED');
  },
);
