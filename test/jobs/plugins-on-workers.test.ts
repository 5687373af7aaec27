import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchJobEvents } from '../../src/jobs/events/watch-job-events.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { addPackage } from '../../src/plugins/installed/add-package.js';
import { removePackage } from '../../src/plugins/installed/remove-package.js';
import { toNodeId } from '../../src/schema/node-id.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { layOutCorpus, type LaidOutCorpus } from '../plugins/corpus/lay-out-corpus.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { announceWorker } from './announced-worker.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { jobById } from './support.js';

/** A worker with a plugins folder of its own, beside a server that has no package at all. */
interface Host {
  plugins: string;
  worker: RunningWorker;
}

let server: TestServer;
let corpus: LaidOutCorpus;
let folder: string;
let token: string;
let first: Host;
let second: Host;
/** All that were started. */
const hosts: Host[] = [];
let input: Record<string, unknown>;

beforeAll(async () => {
  server = await startTestServer();
  corpus = await layOutCorpus();
  folder = await mkdtemp(join(tmpdir(), 'zoo-hosts-'));
  const ada = await server.signUp('ada');
  ({ token } = ada);
  await writePicky(corpus.folderOf('picky'));
  first = await startHost('first', 'two-versions-1');
  second = await startHost('second', 'two-versions-2');
  const rowId = Buffer.from(ada.id, 'base64url').toString().split(':')[1] ?? '';
  const principal: Principal = {
    account: { id: rowId, name: 'ada', role: 'MEMBER' },
    scopes: new Set(['read', 'write', 'launch']),
  };
  const base = await publishTestModel(server.zoo, principal, 'tiny', await tinyNetwork());
  const jobId = await launchTestImport(server.zoo, principal, 'colours', await colourArchive(6));
  const { resultDatasetVersionId } = await endOf(server.zoo, jobId);
  input = {
    baseVersionId: toNodeId('ModelVersion', base),
    datasetVersionId: toNodeId('DatasetVersion', resultDatasetVersionId ?? ''),
    strategy: 'two-versions',
  };
});
afterAll(async () => {
  await Promise.all(hosts.map(({ worker }) => worker.stop()));
  await server.close();
  await corpus.remove();
  await rm(folder, { recursive: true, force: true });
});

async function startHost(name: string, packageName: string): Promise<Host> {
  const plugins = join(folder, name);
  await addPackage({ pluginsFolder: plugins, listed: [] }, corpus.folderOf(packageName));
  const { config } = server.zoo;
  const worker = await runWorker(
    {
      ...server.zoo,
      config: {
        ...config,
        plugins: { ...config.plugins, folder: plugins, listed: [corpus.folderOf('picky')] },
      },
    },
    { pollMs: 50, beatMs: 50 },
  );
  const host = { plugins, worker };
  hosts.push(host);
  return host;
}

/** A strategy that suits no model and no pictures. */
async function writePicky(path: string): Promise<void> {
  await mkdir(path);
  await writeFile(
    join(path, 'package.json'),
    JSON.stringify({
      name: 'picky',
      version: '1.0.0',
      type: 'module',
      exports: './index.js',
      peerDependencies: { modelzoo: '*' },
      modelzoo: { contract: '1.0' },
    }),
  );
  await writeFile(
    join(path, 'index.js'),
    `import { defineStrategy, z } from 'modelzoo/plugin';
     export default defineStrategy({
       name: 'picky',
       version: '1.0.0',
       summary: 'Suits nothing.',
       parameters: z.object({}),
       needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
       check: () => [{ path: 'datasetVersionId', message: 'These are too few pictures.' }],
       load: () => Promise.reject(new Error('it must not come to this')),
     });`,
  );
}

async function launch(more: Record<string, unknown>): Promise<string> {
  const answer = await server.graphql<{
    launchFineTune: { job?: { id: string }; message?: string; problems?: object[] };
  }>(
    `mutation ($input: LaunchFineTuneInput!) {
      launchFineTune(input: $input) {
        ... on LaunchFineTunePayload { job { id } }
        ... on Failure { message problems { path value accepted } }
      }
    }`,
    { input: { ...input, ...more } },
    token,
  );
  const { job, message } = answer.data?.launchFineTune ?? {};
  if (job === undefined) throw new Error(message ?? JSON.stringify(answer.errors));
  return Buffer.from(job.id, 'base64url').toString().split(':')[1] ?? '';
}

async function workersOf(jobId: string): Promise<string[]> {
  const { rows } = await executeSql<{ workerId: string }>(
    server.zoo.database,
    `SELECT worker_id AS "workerId" FROM attempts WHERE job_id = $1 ORDER BY fence`,
    [jobId],
  );
  return rows.map(({ workerId }) => workerId);
}

test('each of two versions runs on the worker that has it, and the versions they made say which it was', async () => {
  const [old, fresh] = await Promise.all([
    launch({ strategyVersion: '1.0.0', name: 'ada/old', parameters: { power: 3 } }),
    launch({ name: 'ada/fresh' }),
  ]);
  const ends = [await endOf(server.zoo, old), await endOf(server.zoo, fresh)];
  expect(ends.map(({ error }) => error)).toEqual([null, null]);
  expect(ends.map(({ strategyVersion }) => strategyVersion)).toEqual(['1.0.0', '2.0.0']);
  expect([await workersOf(old), await workersOf(fresh)]).toEqual([[first.worker.id], [second.worker.id]]);
  const answer = await server.graphql<{ job: { resultVersion: { parents: object[] } } }>(
    `query ($id: ID!) {
      job(id: $id) {
        resultVersion {
          parents { strategyVersion strategyInstalled parameters strategyPackage { name version digest } }
        }
      }
    }`,
    { id: toNodeId('Job', old) },
  );
  expect(answer.data?.job.resultVersion.parents).toEqual([
    {
      strategyVersion: '1.0.0',
      strategyInstalled: true,
      parameters: { power: 3 },
      strategyPackage: {
        name: 'corpus-two-versions',
        version: '1.0.0',
        digest: ends[0]?.strategyDigest,
      },
    },
  ]);
});

test('whether it suits model and pictures, a strategy that only workers have says when the job begins', async () => {
  const jobId = await launch({ strategy: 'picky', name: 'ada/picky' });
  const { state, error } = await endOf(server.zoo, jobId);
  expect({ state, code: error?.code }).toEqual({ state: 'FAILED', code: 'STRATEGY_NOT_APPLICABLE' });
  expect(error?.message).toContain('These are too few pictures.');
  expect(await workersOf(jobId)).toHaveLength(1);
});

test('a job of a version that was updated away waits, says so, and runs where that version is added again', async () => {
  const { zoo } = server;
  const { rows } = await executeSql<{ strategies: never[] }>(
    zoo.database,
    `SELECT strategies FROM workers WHERE id = $1`,
    [first.worker.id],
  );
  await first.worker.stop();
  // One that has it but is busy with something else.
  const busy = await announceWorker(zoo, rows[0]?.strategies ?? []);
  const jobId = await launch({ strategyVersion: '1.0.0', name: 'ada/updated' });
  await busy.leave();
  const answer = await server.graphql<{ job: { state: string; waitingFor: string } }>(
    `query ($id: ID!) { job(id: $id) { state waitingFor } }`,
    { id: toNodeId('Job', jobId) },
  );
  expect(answer.data?.job.state).toBe('QUEUED');
  expect(answer.data?.job.waitingFor).toMatch(
    /^No worker that is alive has two-versions 1\.0\.0 of corpus-two-versions 1\.0\.0 .* Workers have 2\.0\.0/,
  );
  await addPackage({ pluginsFolder: second.plugins, listed: [] }, corpus.folderOf('two-versions-1'));
  for await (const _ of watchJobEvents(zoo, jobId, 0));
  expect(await jobById(zoo, jobId)).toMatchObject({ state: 'COMPLETED', strategyVersion: '1.0.0' });
  expect(await workersOf(jobId)).toEqual([second.worker.id]);
});

test('a version of a strategy that was removed everywhere stays readable and says so', async () => {
  await removePackage(second.plugins, 'corpus-two-versions', '1.0.0');
  const query = `{
    strategy(name: "two-versions") { versions { version } }
    model(owner: "ada", name: "old") {
      version(revision: "1") { files { path } parents { strategyVersion strategyInstalled } }
    }
  }`;
  const read = async () =>
    (
      await server.graphql<{
        strategy: { versions: object[] };
        model: { version: { files: object[]; parents: object[] } };
      }>(query)
    ).data;
  // The worker says it with its next heartbeat.
  await expect.poll(async () => (await read())?.strategy.versions).toEqual([{ version: '2.0.0' }]);
  const found = await read();
  expect(found?.model.version.files.length).toBeGreaterThan(0);
  expect(found?.model.version.parents).toEqual([{ strategyVersion: '1.0.0', strategyInstalled: false }]);
});

test('a job whose package is damaged on its worker goes to another one, and that worker takes no more of them', async () => {
  const { zoo } = server;
  const damaged = await startHost('damaged', 'good');
  const [install = ''] = await readdir(join(damaged.plugins, 'installs'));
  const own = join(damaged.plugins, 'installs', install, 'node_modules', 'corpus-good');
  await appendFile(join(own, 'index.js'), '\n// A line more.\n');
  const jobId = await launch({ strategy: 'good', name: 'ada/undamaged' });
  for await (const { payload } of watchJobEvents(zoo, jobId, 0)) {
    if (payload['because'] === undefined) continue;
    expect(payload).toMatchObject({ state: 'QUEUED', because: { code: 'PLUGIN_CHANGED' } });
    break;
  }
  const waitingFor = async () => {
    const answer = await server.graphql<{ job: { waitingFor: string | null } }>(
      `query ($id: ID!) { job(id: $id) { waitingFor } }`,
      { id: toNodeId('Job', jobId) },
    );
    return answer.data?.job.waitingFor;
  };
  await expect.poll(waitingFor).toMatch(/^No worker that is alive has good 1\.0\.0 of corpus-good /);
  const whole = await startHost('whole', 'good');
  expect(await endOf(zoo, jobId)).toMatchObject({ state: 'COMPLETED', infrastructureFailures: 1 });
  expect(await workersOf(jobId)).toEqual([damaged.worker.id, whole.worker.id]);
});
