import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { claimJob } from '../../src/jobs/queue/claim-job.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { toNodeId } from '../../src/schema/node-id.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { insertModelVersion } from '../../src/zoo/models/insert-model-version.js';
import type { AnnouncedStrategy } from '../../src/zoo/job-types.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { announcedStrategy, announceWorker, type AnnouncedWorker } from './announced-worker.js';
import { publishTestModel, tinyNetwork } from './real-work.js';
import { jobById, queueTestJob } from './support.js';

let server: TestServer;
let queue: JobQueue;
let token: string;
let principal: Principal;
let baseVersionId: string;
let datasetVersionId: string;
let workers: AnnouncedWorker[] = [];

beforeAll(async () => {
  server = await startTestServer();
  queue = await openJobQueue(server.zoo);
  const ada = await server.signUp('ada');
  ({ token } = ada);
  const rowId = Buffer.from(ada.id, 'base64url').toString().split(':')[1] ?? '';
  principal = {
    account: { id: rowId, name: 'ada', role: 'MEMBER' },
    scopes: new Set(['read', 'write', 'launch']),
  };
  baseVersionId = toNodeId(
    'ModelVersion',
    await publishTestModel(server.zoo, principal, 'tiny', await tinyNetwork()),
  );
  datasetVersionId = toNodeId('DatasetVersion', await insertDataset());
});
afterEach(async () => {
  for (const worker of workers) await worker.leave();
  workers = [];
  await executeSql(server.zoo.database, `DELETE FROM job_queue.job`);
});
afterAll(async () => {
  await queue.close();
  await server.close();
});

/** Pictures are not needed: nothing here runs. */
async function insertDataset(): Promise<string> {
  const { rows } = await executeSql<{ id: string }>(
    server.zoo.database,
    `WITH made AS (
       INSERT INTO datasets (owner_id, name, task) VALUES ($1, 'colours', 'image-classification') RETURNING id
     )
     INSERT INTO dataset_versions (dataset_id, number, manifest, image_count, size_bytes, digest, created_by)
     SELECT id, 1, $2, 30, 1000, $3, $1 FROM made RETURNING id`,
    [
      principal.account?.id,
      JSON.stringify({
        task: 'image-classification',
        classes: ['blue', 'red'],
        splits: {
          train: { imageCount: 20, perClass: [10, 10] },
          validation: { imageCount: 4, perClass: [2, 2] },
          test: { imageCount: 6, perClass: [3, 3] },
        },
      }),
      'd'.repeat(64),
    ],
  );
  return rows[0]?.id ?? '';
}

async function worker(
  strategies: AnnouncedStrategy[],
  facts: Parameters<typeof announceWorker>[2] = {},
): Promise<AnnouncedWorker> {
  const made = await announceWorker(server.zoo, strategies, facts);
  workers.push(made);
  return made;
}

interface Launched {
  __typename: string;
  job?: {
    id: string;
    waitingFor: string | null;
    strategyVersion: string;
    strategyPackage: object;
    parameters: object;
  };
  code?: string;
  message?: string;
  problems?: { path: string; value: unknown; accepted: string | null }[];
}

async function launch(input: Record<string, unknown> = {}): Promise<Launched> {
  const answer = await server.graphql<{ launchFineTune: Launched }>(
    `mutation ($input: LaunchFineTuneInput!) {
      launchFineTune(input: $input) {
        __typename
        ... on LaunchFineTunePayload {
          job { id waitingFor strategyVersion strategyPackage { name version digest } parameters }
        }
        ... on Failure { code message problems { path value accepted } }
      }
    }`,
    { input: { baseVersionId, datasetVersionId, strategy: 'prototypes', name: 'ada/result', ...input } },
    token,
  );
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.launchFineTune;
}

async function listed(name = 'prototypes') {
  const answer = await server.graphql<{ strategy: Record<string, unknown> | null }>(
    `query ($name: String!) {
      strategy(name: $name) {
        version source contract estimates workerCount package { name version digest } needs { gpu memoryBytes }
        parametersSchema versions { version workerCount package { digest } }
      }
    }`,
    { name },
  );
  expect(answer.errors).toBeUndefined();
  return answer.data?.strategy ?? null;
}

async function waitOf(jobId: string | undefined): Promise<string | null | undefined> {
  const answer = await server.graphql<{ job: { waitingFor: string | null } }>(
    `query ($id: ID!) { job(id: $id) { waitingFor } }`,
    { id: jobId },
  );
  return answer.data?.job.waitingFor;
}

describe('a strategy that only a worker has', () => {
  test('is listed with its package, and goes when the worker goes', async () => {
    const made = await worker([announcedStrategy()]);
    expect(await listed()).toMatchObject({
      version: '1.2.0',
      source: 'PACKAGE',
      contract: '1.0',
      workerCount: 1,
      package: { name: 'zoo-prototypes', version: '1.2.0', digest: 'a'.repeat(64) },
      needs: { gpu: 'NONE', memoryBytes: null },
      versions: [{ version: '1.2.0', workerCount: 1 }],
    });
    await made.announce([]);
    expect(await listed()).toBeNull();
    expect(await listed('full-retraining')).toMatchObject({ source: 'BUILT_IN', workerCount: 0 });
  });

  test('tells whether it estimates, which a worker from before that does not say', async () => {
    const made = await worker([announcedStrategy({ estimates: true })]);
    expect(await listed()).toMatchObject({ estimates: true });
    const { estimates: _, ...before } = announcedStrategy();
    await made.announce([before as AnnouncedStrategy]);
    expect(await listed()).toMatchObject({ estimates: false });
  });

  test('keeps the order, units and groups of its parameters', async () => {
    await worker([announcedStrategy()]);
    const { properties } = (await listed())?.['parametersSchema'] as { properties: Record<string, object> };
    expect(Object.keys(properties)).toEqual(['metric', 'temperature', 'neighbours', 'layers']);
    expect(properties['temperature']).toMatchObject({ unit: 'logits', group: 'Output', advanced: true });
  });

  test('is launched with its defaults filled in, and the job is bound to that build', async () => {
    await worker([announcedStrategy()]);
    const launched = await launch({ parameters: { neighbours: 5 } });
    expect(launched.job).toMatchObject({
      waitingFor: null,
      strategyVersion: '1.2.0',
      strategyPackage: { name: 'zoo-prototypes', version: '1.2.0', digest: 'a'.repeat(64) },
      parameters: { metric: 'cosine', temperature: 1, layers: [], neighbours: 5 },
    });
  });

  test('has all that is wrong with its parameters said at once, with value and what is accepted', async () => {
    await worker([announcedStrategy()]);
    const parameters = JSON.parse(
      '{ "metric": "taxi", "temperature": 0, "neighbours": 2.5, "layers": ["a", ""], "neighbors": 3, "__proto__": { "metric": "cosine" } }',
    ) as Record<string, unknown>;
    const refused = await launch({ parameters });
    expect(refused.code).toBe('STRATEGY_PARAMETERS_INVALID');
    expect(refused.problems?.map(({ path, value, accepted }) => [path, value, accepted])).toEqual([
      ['parameters.metric', 'taxi', 'euclidean or cosine'],
      ['parameters.temperature', 0, 'a number from 0.01 to 100'],
      ['parameters.neighbours', 2.5, 'a whole number from 1 to 50'],
      ['parameters.layers.1', '', 'text of at least 1 character'],
      ['parameters.neighbors', 3, 'metric, temperature, neighbours, layers'],
      ['parameters.__proto__', { metric: 'cosine' }, 'metric, temperature, neighbours, layers'],
    ]);
  });

  test('is refused for a format that it does not take', async () => {
    await worker([announcedStrategy({ needs: { formats: ['onnx'], tasks: ['object-detection'] } })]);
    const refused = await launch();
    expect(refused.code).toBe('STRATEGY_NOT_APPLICABLE');
    expect(refused.problems?.map(({ path }) => path)).toEqual(['baseVersionId', 'datasetVersionId']);
  });

  test('whose schema takes exponential time costs its own launch only', async () => {
    const slow = z.object({ text: z.string().regex(/^(a+)+$/) });
    await worker([announcedStrategy(), announcedStrategy({ name: 'slow', parameters: slow })]);
    const parameters = { text: `${'a'.repeat(60)}!` };
    const [late, ...quick] = await Promise.all([
      launch({ strategy: 'slow', parameters }),
      launch({ parameters: { metric: 'taxi' } }),
      launch({ strategy: 'slow', parameters: { text: 'aaa' } }),
    ]);
    expect(late).toMatchObject({ __typename: 'Failure', code: 'PLUGIN_TIMED_OUT' });
    expect(quick).toMatchObject([{ code: 'STRATEGY_PARAMETERS_INVALID' }, { job: {} }]);
  });

  test('whose schema says what cannot be checked here is refused', async () => {
    const strategy = announcedStrategy();
    strategy.parametersSchema = { type: 'object', if: { required: ['a'] }, then: { required: ['b'] } };
    await worker([strategy]);
    expect(await launch()).toMatchObject({ code: 'PLUGIN_METADATA_INVALID' });
  });
});

describe('two versions at once', () => {
  const old = announcedStrategy({ version: '1.9.0', digest: 'b'.repeat(64) });
  const fresh = announcedStrategy({ version: '1.10.0', digest: 'c'.repeat(64) });

  test('a launch gets the newest, or the one that it names', async () => {
    await worker([old]);
    await worker([old, fresh]);
    expect(await listed()).toMatchObject({
      version: '1.10.0',
      workerCount: 1,
      versions: [
        { version: '1.10.0', workerCount: 1 },
        { version: '1.9.0', workerCount: 2 },
      ],
    });
    expect((await launch()).job?.strategyVersion).toBe('1.10.0');
    expect((await launch({ strategyVersion: '1.9.0' })).job?.strategyVersion).toBe('1.9.0');
    const refused = await launch({ strategyVersion: '2.0.0' });
    expect(refused).toMatchObject({ code: 'STRATEGY_UNKNOWN' });
    expect(refused.message).toContain('1.10.0, 1.9.0');
  });

  test('an update leaves queued jobs of the old version to workers that still have it', async () => {
    const updating = await worker([old]);
    const jobId = (await launch()).job?.id;
    expect(await waitOf(jobId)).toBeNull();
    await updating.announce([fresh]);
    expect(await waitOf(jobId)).toBe(
      `No worker that is alive has prototypes 1.9.0 of zoo-prototypes 1.9.0 (digest bbbbbbbbbbbb). Workers have 1.10.0 (digest cccccccccccc).`,
    );
    expect((await launch()).job?.strategyVersion).toBe('1.10.0');
    await updating.announce([old, fresh]);
    expect(await waitOf(jobId)).toBeNull();
  });

  test('a schema that changed under the same version does not run what was validated before', async () => {
    const changing = await worker([old]);
    const jobId = (await launch()).job?.id;
    const changed = announcedStrategy({ ...old, package: 'zoo-prototypes', digest: 'e'.repeat(64) });
    await changing.announce([changed]);
    expect(await waitOf(jobId)).toContain('Workers have 1.9.0 (digest eeeeeeeeeeee).');
    const delivery = await queue.fetch();
    if (delivery === undefined) throw new Error('nothing was delivered');
    const claimed = await claimJob(server.zoo, queue, delivery, {
      workerId: changing.id,
      canRun: ({ digest }) => digest === changed.package.digest,
    });
    expect(claimed).toBeUndefined();
    expect(await jobById(server.zoo, delivery.jobId)).toMatchObject({ state: 'QUEUED', leftToOthers: true });
  });
});

describe('a job waits, and says for what', () => {
  test('where no worker is alive', async () => {
    const jobId = toNodeId('Job', await queueTestJob(server.zoo, principal));
    expect(await waitOf(jobId)).toBe('No worker is alive; start one with `zoo worker`.');
    await worker([]);
    expect(await waitOf(jobId)).toBeNull();
  });

  test('where no worker that has its strategy has the GPU or the memory', async () => {
    const hungry = announcedStrategy({ needs: { gpu: 'required', memoryBytes: 2 ** 34 } });
    await worker([hungry], { hasGpu: false, jobMemoryBytes: 2 ** 35 });
    await worker([hungry], { hasGpu: true, jobMemoryBytes: 2 ** 33 });
    expect(await listed()).toMatchObject({
      workerCount: 0,
      needs: { gpu: 'REQUIRED', memoryBytes: 2 ** 34 },
    });
    const { job } = await launch();
    expect(job?.waitingFor).toBe(
      'No worker that has prototypes 1.2.0 of zoo-prototypes 1.2.0 (digest aaaaaaaaaaaa) has what it needs: GPU, 16 GiB of memory for a job.',
    );
    await worker([hungry], { hasGpu: true, jobMemoryBytes: 2 ** 34 });
    expect(await waitOf(job?.id)).toBeNull();
  });

  test('workers from before packages count for nothing', async () => {
    await executeSql(
      server.zoo.database,
      `INSERT INTO workers (id, name, engine, device, version, strategies, heartbeat_at)
       VALUES (gen_random_uuid(), 'old:1', 'onnxruntime', 'CPU', '0.1.0', '[{"name": "full-retraining"}]', now())`,
    );
    const { job } = await launch({ strategy: 'full-retraining' });
    expect(job?.waitingFor).toContain('No worker that is alive has full-retraining');
    await executeSql(server.zoo.database, `DELETE FROM workers`);
  });
});

describe('a name', () => {
  test('of a built-in or of another package is not taken by a second package', async () => {
    await worker([announcedStrategy()]);
    await worker([
      announcedStrategy({ name: 'full-retraining', version: '99.0.0', package: 'zoo-impostor' }),
      announcedStrategy({ version: '99.0.0', package: 'zoo-impostor', digest: 'f'.repeat(64) }),
    ]);
    expect(await listed('full-retraining')).toMatchObject({ source: 'BUILT_IN', versions: [{}] });
    expect(await listed()).toMatchObject({ version: '1.2.0', versions: [{}] });
    const query = `{ refusedStrategies { source code reason places } }`;
    const refused = await server.graphql<{ refusedStrategies: object[] }>(query);
    expect(refused.data?.refusedStrategies).toMatchObject([
      { source: 'zoo-impostor 99.0.0', code: 'PLUGIN_NAME_TAKEN', places: [/:/] },
      { source: 'zoo-impostor 99.0.0', code: 'PLUGIN_NAME_TAKEN' },
    ]);
    expect((await server.graphql(query, {}, token)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  test('and reason of a refused package are shown once for all workers', async () => {
    const refused = [{ source: 'zoo-broken', code: 'PLUGIN_IMPORT_FAILED', reason: 'it throws' }];
    await (await worker([])).announce([], refused);
    await (await worker([])).announce([], refused);
    const answer = await server.graphql<{ refusedStrategies: object[] }>(
      `{ refusedStrategies { source code reason places } }`,
    );
    expect(answer.data?.refusedStrategies).toMatchObject([refused[0]]);
  });
});

test('a version whose strategy is gone stays readable, and says so', async () => {
  const made = await worker([announcedStrategy()]);
  const base = Buffer.from(baseVersionId, 'base64url').toString().split(':')[1] ?? '';
  const child = await childOf(base);
  const query = `query ($id: ID!) {
    node(id: $id) {
      ... on ModelVersion {
        number
        parents { strategy strategyVersion strategyInstalled strategyPackage { name version digest } parameters }
      }
    }
  }`;
  const read = async () => {
    const answer = await server.graphql<{ node: { parents: object[] } }>(query, {
      id: toNodeId('ModelVersion', child),
    });
    expect(answer.errors).toBeUndefined();
    return answer.data?.node.parents[0];
  };
  const step = {
    strategy: 'prototypes',
    strategyVersion: '1.2.0',
    strategyPackage: { name: 'zoo-prototypes', version: '1.2.0', digest: 'a'.repeat(64) },
    parameters: { metric: 'cosine' },
  };
  expect(await read()).toEqual({ ...step, strategyInstalled: true });
  await made.announce([announcedStrategy({ digest: 'b'.repeat(64) })]);
  expect(await read()).toEqual({ ...step, strategyInstalled: false });
  const page = await fetch(`${server.url}/models/ada/tiny`, {
    headers: { authorization: `Bearer ${server.adminToken}` },
  });
  expect(await page.text()).toMatch(/<code>prototypes<\/code> 1\.2\.0 \(not installed any more\)/);
});

/** The next version of the base's model, as a job would have made it. */
async function childOf(base: string): Promise<string> {
  const { database } = server.zoo;
  const { rows } = await executeSql<{ modelId: string; manifest: never }>(
    database,
    `SELECT model_id AS "modelId", manifest FROM model_versions WHERE id = $1`,
    [base],
  );
  const [{ modelId, manifest } = { modelId: '', manifest: {} as never }] = rows;
  const files = await executeSql<{ path: string; sha256: string; sizeBytes: number }>(
    database,
    `SELECT path, sha256, size_bytes::int AS "sizeBytes" FROM version_files WHERE version_id = $1`,
    [base],
  );
  const { id } = await database.transaction((manager) =>
    insertModelVersion(manager, {
      modelId,
      manifest,
      files: files.rows,
      createdBy: principal.account?.id ?? '',
      parents: [
        {
          versionId: base,
          relation: 'finetune',
          strategy: 'prototypes',
          strategyVersion: '1.2.0',
          strategyPackage: 'zoo-prototypes',
          strategyPackageVersion: '1.2.0',
          strategyDigest: 'a'.repeat(64),
          parameters: { metric: 'cosine' },
        },
      ],
    }),
  );
  return id;
}
