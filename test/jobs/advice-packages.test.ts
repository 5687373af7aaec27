import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchAdvice } from '../../src/jobs/advice/launch-advice.js';
import { advicesOfJobs, type AdviceLineRow, type AdviceRow } from '../../src/jobs/advice/load-advices.js';
import { launchFineTune } from '../../src/jobs/launch/launch-fine-tune.js';
import { strategyCatalogue } from '../../src/jobs/strategies/strategy-catalogue.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { addPackage } from '../../src/plugins/installed/add-package.js';
import { removePackage } from '../../src/plugins/installed/remove-package.js';
import { layOutCorpus, type LaidOutCorpus } from '../plugins/corpus/lay-out-corpus.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { createJobsFixture, type JobsFixture } from './support.js';

let fixture: JobsFixture;
let corpus: LaidOutCorpus;
let worker: RunningWorker;
let advice: AdviceRow;

/** Strategies of packages: what each says of itself, as source text. */
const packages = {
  promising: `estimate: () => Promise.resolve({
    async estimate({ features, picturesPerSecond }) {
      const { labels } = await features({ layer: 'conv2d_Conv2D2', pooling: 'average' });
      return {
        accuracy: { value: 0.875, standardError: 0.01 },
        seconds: labels.length / picturesPerSecond,
        peakMemoryBytes: 1e9,
        storedBytes: 1234,
        reason: 'It saw ' + labels.length + ' pictures. \\0',
      };
    },
  }),`,
  failing: `estimate: () => Promise.resolve({ estimate: () => Promise.reject(new Error('out of ideas \\0 \\ud83d')) }),`,
  silent: '',
};

beforeAll(async () => {
  fixture = await createJobsFixture({ ZOO_JOB_TIMEOUT_MINUTES: '60' });
  corpus = await layOutCorpus();
  const { zoo, principal } = fixture;
  for (const [name, estimate] of Object.entries(packages)) {
    await writePackage(corpus.folderOf(name), name, estimate);
    await addPackage({ pluginsFolder: zoo.config.plugins.folder, listed: [] }, corpus.folderOf(name));
  }
  worker = await runWorker(zoo);
  const imported = await endOf(
    zoo,
    await launchTestImport(zoo, principal, 'colours', await colourArchive(8)),
  );
  await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
  const { id } = await launchAdvice(zoo, principal, {
    datasetVersionId: imported.resultDatasetVersionId ?? '',
    budgetSeconds: 3600,
  });
  expect(await endOf(zoo, id)).toMatchObject({ state: 'COMPLETED', error: null });
  const [given] = await advicesOfJobs(zoo.database, principal, [id]);
  if (given === undefined) throw new Error('the job gave no advice');
  advice = given;
});
afterAll(async () => {
  await worker.stop();
  await fixture.close();
  await corpus.remove();
});

async function writePackage(path: string, name: string, estimate: string): Promise<void> {
  await mkdir(path);
  await writeFile(
    join(path, 'package.json'),
    JSON.stringify({
      name,
      version: '1.0.0',
      type: 'module',
      exports: './index.js',
      peerDependencies: { modelzoo: '*' },
      modelzoo: { contract: estimate === '' ? '1.0' : '1.1' },
    }),
  );
  await writeFile(
    join(path, 'index.js'),
    `import { defineStrategy, z } from 'modelzoo/plugin';
     export default defineStrategy({
       name: '${name}',
       version: '1.0.0',
       summary: 'Says something of itself, or not.',
       parameters: z.object({}),
       needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
       check: () => [],
       load: () => Promise.reject(new Error('nothing here fits')),
       ${estimate}
     });`,
  );
}

function lineOf(strategy: string): AdviceLineRow {
  const line = advice.candidates.find((candidate) => candidate.strategy === strategy);
  if (line === undefined) throw new Error(`no line of ${strategy}`);
  return line;
}

test('an advice takes no more than half of the time that a job has here, whatever it is asked for', () => {
  expect(advice.measurements.budgetSeconds).toBe(1800);
});

describe('a strategy of a package', () => {
  test('is ranked by what it says of itself, on features that are there, in words that the database takes', () => {
    const line = lineOf('promising');
    expect(line).toMatchObject({ strategyVersion: '1.0.0', peakMemoryBytes: 1e9, storedBytes: 1234 });
    expect(line.accuracy?.value).toBeCloseTo(0.875, 6);
    const train = advice.measurements.dataset.train;
    expect(line.reason).toContain(`It saw ${train} pictures.`);
  });

  test('that says nothing, or fails at it, is listed last as not estimated, with the reason', () => {
    expect(lineOf('silent')).toMatchObject({ accuracy: null, seconds: null });
    expect(lineOf('silent').reason).toContain('Not estimated');
    expect(lineOf('failing')).toMatchObject({ accuracy: null });
    expect(lineOf('failing').reason).toContain('out of ideas');
    const last = advice.candidates.slice(-2).map(({ strategy }) => strategy);
    expect(last.sort()).toEqual(['failing', 'silent']);
  });

  test('that was removed since cannot be launched by its line', async () => {
    const { zoo, principal } = fixture;
    await removePackage(zoo.config.plugins.folder, 'promising', undefined);
    const { rank } = lineOf('promising');
    await expect.poll(async () => (await strategyCatalogue(zoo)).names).not.toContain('promising');
    await expect(
      launchFineTune(zoo, principal, { adviceId: advice.id, rank, name: 'ada/gone' }),
    ).rejects.toMatchObject({ code: 'ADVICE_STALE' });
  });
});
