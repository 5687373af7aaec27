import { once } from 'node:events';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJobEvents } from '../../../src/jobs/events/job-events.js';
import { watchJobEvents } from '../../../src/jobs/events/watch-job-events.js';
import { cancelJob } from '../../../src/jobs/launch/cancel-job.js';
import { launchFineTune } from '../../../src/jobs/launch/launch-fine-tune.js';
import { executeSql } from '../../../src/jobs/queue/execute-sql.js';
import { runWorker } from '../../../src/jobs/worker/run-worker.js';
import { Model, ModelVersion, type Job } from '../../../src/zoo/database/entities/index.js';
import type { Zoo } from '../../../src/zoo/zoo.js';
import {
  colourArchive,
  endOf,
  launchTestImport,
  publishTestModel,
  tinyNetwork,
} from '../../jobs/real-work.js';
import { createJobsFixture, type JobsFixture } from '../../jobs/support.js';
import { badPlugins, type BadPlugin } from './bad-plugins.js';
import { layOutCorpus, type LaidOutCorpus } from './lay-out-corpus.js';
import { processesOf } from './left-behind.js';

/** Jobs under way at once: a process of a job starts in about a second of computing. */
const atOnce = 2;
const secrets = { DATABASE_PASSWORD: 'hunter2', AWS_SECRET_ACCESS_KEY: 'hunter2' };

const running = badPlugins.filter(({ ends }) => ends.at === 'running');
const isLate = ({ ends }: BadPlugin) => ends.code === 'JOB_TIMED_OUT';

let corpus: LaidOutCorpus;
let fixture: JobsFixture;
let base: string;
let data: string;
let server: Server;
let connections = 0;
/** By package. */
const ended = new Map<string, Job>();

beforeAll(async () => {
  Object.assign(process.env, secrets);
  server = createServer((socket) => {
    connections++;
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  corpus = await layOutCorpus();
  const names = ['good', 'two-versions-1', 'two-versions-2', ...running.map(({ name }) => name)];
  fixture = await createJobsFixture({
    ZOO_PLUGINS: names.map((name) => corpus.folderOf(name)).join(','),
  });
  const worker = await runWorker(limited(fixture.zoo));
  const { zoo, principal } = fixture;
  base = await publishTestModel(zoo, principal, 'tiny', await tinyNetwork());
  const imported = await endOf(zoo, await launchTestImport(zoo, principal, 'colours', await colourArchive()));
  data = imported.resultDatasetVersionId ?? '';
  // The cache has something in it that can be damaged.
  const damaging = 'damages-the-cache';
  await runAll(['good', 'feature-extraction-svm']);
  await runAll([
    damaging,
    ...running.filter((plugin) => !isLate(plugin) && plugin.name !== damaging).map(({ name }) => name),
  ]);
  await worker.stop();
  await runLate(running.filter(isLate).map(({ name }) => name));
}, 600_000);

afterAll(async () => {
  for (const name of Object.keys(secrets)) delete process.env[name];
  server.close();
  await fixture.close();
  await corpus.remove();
});

/** Memory for a network and not much more, and little disk. */
function limited(zoo: Zoo, jobTimeoutMs = 60_000): Zoo {
  const jobs = Math.ceil((totalmem() * 0.8) / (768 * 2 ** 20));
  const worker = {
    ...zoo.config.worker,
    concurrency: jobs,
    threads: jobs,
    jobDiskBytes: 256 * 2 ** 20,
    jobTimeoutMs,
  };
  return { ...zoo, config: { ...zoo.config, worker } };
}

async function launch(name: string): Promise<Job> {
  const parameters = name === 'opens-the-network' ? { port: (server.address() as AddressInfo).port } : {};
  return launchFineTune(fixture.zoo, fixture.principal, {
    baseVersionId: base,
    datasetVersionId: data,
    strategy: name,
    parameters,
    name: `ada/${name}`,
  });
}

async function runAll(names: string[]): Promise<void> {
  const waiting = [...names];
  const takeOn = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      ended.set(name, await endOf(fixture.zoo, (await launch(name)).id));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeOn));
}

/** On a worker that gives a job no time. */
async function runLate(names: string[]): Promise<void> {
  const worker = await runWorker(limited(fixture.zoo, 3000));
  await runAll(names);
  await worker.stop();
}

describe('a job', () => {
  test.each(running)('of $name ends with $ends.code', async ({ name, ends }) => {
    const job = ended.get(name);
    if (ends.code === null) {
      expect(job).toMatchObject({ state: 'COMPLETED', error: null });
      return;
    }
    expect(job?.error?.code).toBe(ends.code);
    expect(job).toMatchObject({ state: 'FAILED', fence: 1, resultModelVersionId: null });
    expect(job?.error?.message).not.toMatch(/hunter2|secret\/place|\n\s+at /);
    expect(job?.error?.message).not.toContain(fixture.zoo.config.dataDirectory);
  });

  test('that is good runs beside them', () => {
    expect(ended.get('good')).toMatchObject({ state: 'COMPLETED', error: null, fence: 1 });
  });
});

describe('a result that came of it', () => {
  const completed = running.filter(({ ends }) => ends.code === null);

  test.each(completed)('of $name is measured as any other', async ({ name }) => {
    const [own, good] = await Promise.all([versionOf(name), versionOf('good')]);
    // Both know nothing, whatever one of them did to look better.
    expect(own.evaluation?.accuracy).toBe(good.evaluation?.accuracy);
    expect(own.evaluation?.confusion).toEqual(good.evaluation?.confusion);
  });

  test.each(completed.filter(({ ends }) => 'chosen' in ends && ends.chosen !== undefined))(
    'of $name found nothing',
    async ({ name, ends }) => {
      if (!('chosen' in ends)) return;
      const { card } = await fixture.zoo.database
        .getRepository(Model)
        .findOneByOrFail({ id: ended.get(name)?.targetModelId ?? '' });
      for (const [what, value] of Object.entries(ends.chosen ?? {})) {
        const line = card.split('\n').find((row) => row.includes(`${what} (chosen)`));
        expect(line?.split('|')[2]?.trim()).toBe(String(value));
      }
    },
  );

  test('has none of the reports that are not accepted', async () => {
    for (const name of ['climbing-report', 'giant-report', 'no-picture']) {
      const { rows } = await executeSql(
        fixture.zoo.database,
        `SELECT path FROM version_files WHERE version_id = $1 AND path LIKE 'reports/%'`,
        [ended.get(name)?.resultModelVersionId],
      );
      expect(rows).toEqual([]);
      const events = await readJobEvents(fixture.zoo.database, ended.get(name)?.id ?? '', 0, 1000);
      expect(JSON.stringify(events.filter(({ type }) => type === 'log'))).toMatch(/report/i);
    }
  });
});

test('the network is not closed to a strategy, and only trusted', () => {
  expect(connections).toBe(1);
});

test('a cache that one job damaged is computed anew for the next', async () => {
  const before = await versionOf('feature-extraction-svm');
  const worker = await runWorker(limited(fixture.zoo));
  await runAll(['feature-extraction-svm']);
  await worker.stop();
  const after = await versionOf('feature-extraction-svm');
  expect(after.id).not.toBe(before.id);
  expect(after.evaluation?.accuracy).toBeGreaterThan(0.8);
  expect(after.evaluation?.confusion).toEqual(before.evaluation?.confusion);
});

test('of a name that two versions have, a job runs the one it was launched with', async () => {
  const worker = await runWorker(limited(fixture.zoo));
  try {
    for (const [strategyVersion, power] of [
      ['1.0.0', 3],
      ['2.0.0', 0.25],
    ] as const) {
      const { id } = await launchFineTune(fixture.zoo, fixture.principal, {
        baseVersionId: base,
        datasetVersionId: data,
        strategy: 'two-versions',
        strategyVersion,
        parameters: { power },
        name: 'ada/two-versions',
      });
      expect(await endOf(fixture.zoo, id)).toMatchObject({ state: 'COMPLETED', strategyVersion });
    }
  } finally {
    await worker.stop();
  }
});

test('a strategy that does not look at the signal is ended when its job is called off', async () => {
  const worker = await runWorker(limited(fixture.zoo));
  try {
    const { id } = await launch('ignores-abort');
    for await (const event of watchJobEvents(fixture.zoo, id, 0)) {
      if (event.type === 'log') await cancelJob(fixture.zoo, fixture.principal, id);
    }
    expect(await endOf(fixture.zoo, id)).toMatchObject({ state: 'CANCELLED' });
  } finally {
    await worker.stop();
  }
});

test('a package whose files changed after it was read is launched no more', async () => {
  await appendFile(join(corpus.folderOf('good'), 'index.js'), '\n// A line more.\n');
  await expect(launch('good')).rejects.toMatchObject({ code: 'PLUGIN_CHANGED' });
});

test('no process, file or lock is left', async () => {
  const { zoo } = fixture;
  if (process.platform === 'linux')
    expect(await processesOf(zoo.config.dataDirectory, '300.042')).toEqual([]);
  expect(await readdir(join(zoo.config.dataDirectory, 'worker-jobs'))).toEqual([]);
  expect(await readdir('/tmp')).not.toContain('corpus-writes-outside');
  const own = await readFile(join(corpus.folderOf('changes-itself'), 'index.js'), 'utf8');
  expect(own).toContain('defineStrategy');
  const { rows } = await executeSql(
    zoo.database,
    `SELECT strategy FROM jobs WHERE state IN ('QUEUED', 'RUNNING') OR lease_expires_at IS NOT NULL AND state = 'RUNNING'`,
  );
  expect(rows).toEqual([]);
});

async function versionOf(name: string): Promise<ModelVersion> {
  return fixture.zoo.database
    .getRepository(ModelVersion)
    .findOneByOrFail({ id: ended.get(name)?.resultModelVersionId ?? '' });
}
