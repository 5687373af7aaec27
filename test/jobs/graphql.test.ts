import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { toNodeId } from '../../src/schema/node-id.js';
import { plainTfjs, savedFiles } from '../learning/support/tfjs.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from './real-work.js';
import { queueTestJob } from './support.js';

/** What comes with the zoo. */
const strategies = ['feature-extraction-svm', 'full-retraining', 'partial-fine-tuning'];

let server: TestServer;
let worker: RunningWorker;
let ada: { id: string; token: string };
let grace: { id: string; token: string };
let principal: Principal;
let baseVersionId: string;
let datasetVersionId: string;

beforeAll(async () => {
  server = await startTestServer();
  worker = await runWorker(server.zoo);
  ada = await server.signUp('ada');
  grace = await server.signUp('grace');
  const rowId = Buffer.from(ada.id, 'base64url').toString().split(':')[1] ?? '';
  principal = {
    account: { id: rowId, name: 'ada', role: 'MEMBER' },
    scopes: new Set(['read', 'write', 'launch']),
  };
  const base = await publishTestModel(server.zoo, principal, 'tiny', await tinyNetwork());
  baseVersionId = toNodeId('ModelVersion', base);
  const jobId = await launchTestImport(server.zoo, principal, 'colours', await colourArchive());
  const { resultDatasetVersionId } = await endOf(server.zoo, jobId);
  datasetVersionId = toNodeId('DatasetVersion', resultDatasetVersionId ?? '');
});
afterAll(async () => {
  await worker.stop();
  await server.close();
});

const launchMutation = `
  mutation ($input: LaunchFineTuneInput!) {
    launchFineTune(input: $input) {
      __typename
      ... on LaunchFineTunePayload { job { id state } }
      ... on Failure { code message problems { path message } details }
    }
  }
`;

interface Launched {
  launchFineTune: {
    __typename: string;
    job?: { id: string; state: string };
    code?: string;
    message?: string;
    problems?: { path: string; message: string }[];
    details?: Record<string, unknown>;
  };
}

async function launch(
  input: Record<string, unknown>,
  token = ada.token,
): Promise<Launched['launchFineTune']> {
  const answer = await server.graphql<Launched>(
    launchMutation,
    {
      input: {
        baseVersionId,
        datasetVersionId,
        strategy: 'feature-extraction-svm',
        name: 'ada/colour-namer',
        ...input,
      },
    },
    token,
  );
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.launchFineTune;
}

async function countJobs(): Promise<number> {
  const answer = await server.graphql<{ jobs: { totalCount: number } }>('{ jobs { totalCount } }');
  return answer.data?.jobs.totalCount ?? -1;
}

function subscriber(token: string): Client {
  return createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
}

const subscription = `
  subscription ($jobId: ID!, $after: String) {
    jobEvents(jobId: $jobId, after: $after) {
      __typename
      cursor
      seq
      ... on JobStateEvent { state error { code } }
      ... on JobProgressEvent { phase }
    }
  }
`;

interface EventNode {
  __typename: string;
  cursor: string;
  seq: number;
  state?: string;
}

test('a fine-tune is launched, followed over a subscription and read back', async () => {
  const launched = await launch({ parameters: { classifier: 'softmax' }, notes: 'by mutation' });
  expect(launched).toMatchObject({ __typename: 'LaunchFineTunePayload', job: { state: 'QUEUED' } });
  const jobId = launched.job?.id ?? '';
  const client = subscriber(ada.token);
  const events: EventNode[] = [];
  for await (const { data, errors } of client.iterate<{ jobEvents: EventNode }>({
    query: subscription,
    variables: { jobId },
  })) {
    expect(errors).toBeUndefined();
    if (data) events.push(data.jobEvents);
  }
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({ __typename: 'JobStateEvent', state: 'COMPLETED' });

  const half = events[Math.floor(events.length / 2)];
  const rest: EventNode[] = [];
  for await (const { data } of client.iterate<{ jobEvents: EventNode }>({
    query: subscription,
    variables: { jobId, after: half?.cursor },
  })) {
    if (data) rest.push(data.jobEvents);
  }
  expect(rest).toEqual(events.filter(({ seq }) => seq > (half?.seq ?? 0)));
  await client.dispose();

  const answer = await server.graphql<{ job: Record<string, unknown> }>(
    `query ($id: ID!, $after: String) {
      job(id: $id) {
        kind state strategy strategyVersion parameters notes seed
        launcher { name }
        base { id }
        model { name visibility }
        resultVersion { number evaluation { accuracy } }
        attempts { number outcome error { code } }
        metrics { name points { value } }
        events(first: 2, after: $after) { nodes { seq } pageInfo { hasNextPage } }
      }
      node(id: $id) { id ... on Job { state } }
    }`,
    { id: jobId, after: half?.cursor },
    ada.token,
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.job).toMatchObject({
    kind: 'FINE_TUNE',
    state: 'COMPLETED',
    strategyVersion: '1.0.0',
    parameters: { classifier: 'softmax', folds: 5 },
    notes: 'by mutation',
    launcher: { name: 'ada' },
    base: { id: baseVersionId },
    model: { name: 'colour-namer', visibility: 'PRIVATE' },
    resultVersion: { number: 1 },
    attempts: [{ number: 1, outcome: 'COMPLETED', error: null }],
    events: { nodes: [{ seq: (half?.seq ?? 0) + 1 }, { seq: (half?.seq ?? 0) + 2 }] },
  });
});

describe('a launch that cannot be', () => {
  test.each([
    ['a strategy that is not there', { strategy: 'magic' }, 'STRATEGY_UNKNOWN'],
    ['parameters out of range', { parameters: { C: -1, folds: 1 } }, 'STRATEGY_PARAMETERS_INVALID'],
    ['a misspelt parameter', { parameters: { foldz: 5 } }, 'STRATEGY_PARAMETERS_INVALID'],
    ['a layer the model does not have', { parameters: { layer: 'nowhere' } }, 'STRATEGY_NOT_APPLICABLE'],
    ['an id of something else', { baseVersionId: toNodeId('Model', crypto.randomUUID()) }, 'NOT_FOUND'],
    [
      'a data set that is not there',
      { datasetVersionId: toNodeId('DatasetVersion', crypto.randomUUID()) },
      'NOT_FOUND',
    ],
    ['a name without an owner', { name: 'colour-namer' }, 'INPUT_INVALID'],
    ['another account’s name', { name: 'grace/colour-namer' }, 'FORBIDDEN'],
  ])('%s: is refused with nothing queued or made', async (_what, input, code) => {
    const before = await countJobs();
    const refused = await launch(input);
    expect(refused).toMatchObject({ __typename: 'Failure', code });
    expect(refused.message).not.toMatch(/undefined|\[object/);
    expect(await countJobs()).toBe(before);
  });

  test('is told every problem of its parameters at once', async () => {
    const refused = await launch({ parameters: { C: -1, folds: 1, foldz: 2 } });
    expect(refused.problems?.map(({ path }) => path).sort()).toEqual([
      'parameters.C',
      'parameters.folds',
      'parameters.foldz',
    ]);
  });

  test('is told every reason why model and pictures do not go together at once', async () => {
    const before = await countJobs();
    const tf = await plainTfjs();
    const pinned = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 2, kernelSize: 3, strides: 4 }),
        tf.layers.flatten({}),
        tf.layers.dense({ units: 2 }),
      ],
    });
    const version = await publishTestModel(server.zoo, principal, 'pinned', await savedFiles(pinned));
    const refused = await launch({
      baseVersionId: toNodeId('ModelVersion', version),
      parameters: { layer: 'nowhere', inputSize: 64 },
    });
    expect(refused).toMatchObject({ __typename: 'Failure', code: 'STRATEGY_NOT_APPLICABLE' });
    expect(refused.problems?.map(({ path }) => path)).toEqual(['parameters.inputSize', 'parameters.layer']);
    expect(await countJobs()).toBe(before);
  });

  test('names the strategies there are', async () => {
    expect((await launch({ strategy: 'magic' })).details).toEqual({ strategies });
  });

  test('knows nothing of a base that is private to another', async () => {
    expect(await launch({ name: 'grace/mine' }, grace.token)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('the same idempotency key gives the first job, and is refused with another input', async () => {
  const key = { idempotencyKey: 'once', name: 'ada/once' };
  const first = await launch(key);
  expect(await launch(key)).toMatchObject({ job: { id: first.job?.id } });
  expect(await launch({ ...key, notes: 'other' })).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
});

test('jobs are seen by who launched them, and by admins', async () => {
  const jobId = toNodeId('Job', await queueTestJob(server.zoo, principal));
  const query = `query ($id: ID!) { job(id: $id) { id } node(id: $id) { id } jobs { totalCount } }`;
  const asked = (token: string | null | undefined) =>
    server.graphql<{ job: unknown; node: unknown; jobs: { totalCount: number } }>(
      query,
      { id: jobId },
      token,
    );
  expect((await asked(ada.token)).data?.job).toEqual({ id: jobId });
  expect((await asked(undefined)).data?.job).toEqual({ id: jobId });
  for (const token of [grace.token, null]) {
    expect((await asked(token)).data).toEqual({ job: null, node: null, jobs: { totalCount: 0 } });
  }
  const client = subscriber(grace.token);
  const stream = client.iterate({ query: subscription, variables: { jobId } });
  const failed = await stream.next().then(
    ({ value }) => JSON.stringify(value),
    (error: unknown) => JSON.stringify(error),
  );
  expect(failed).toContain('NOT_FOUND');
  await client.dispose();
});

test('a finished job cannot be cancelled, and no job without the scope to launch', async () => {
  const cancel = `mutation ($id: ID!) {
    cancelJob(input: { jobId: $id }) {
      ... on CancelJobPayload { job { state cancelRequestedAt } }
      ... on Failure { code }
    }
  }`;
  const jobs = await server.graphql<{ jobs: { nodes: { id: string }[] } }>(
    `{ jobs(filter: { state: COMPLETED, kind: FINE_TUNE }) { nodes { id } } }`,
  );
  const finished = jobs.data?.jobs.nodes[0]?.id;
  const refused = await server.graphql(cancel, { id: finished }, ada.token);
  expect(refused.data).toEqual({ cancelJob: { code: 'JOB_ALREADY_FINISHED' } });
  const noScope = await server.signUp('reader', ['READ']);
  expect((await server.graphql(cancel, { id: finished }, noScope.token)).data).toEqual({
    cancelJob: { code: 'FORBIDDEN' },
  });
});

test('strategies say what they are, take and who can run them; workers are for admins', async () => {
  const answer = await server.graphql<{
    strategies: { name: string; workerCount: number; parametersSchema: { properties: object } }[];
    workers: object[];
  }>(`{
    strategies { name version summary parametersSchema needs { tasks formats gpu } workerCount }
    workers { name engine device alive strategies }
  }`);
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.strategies).toMatchObject([
    { name: 'feature-extraction-svm', workerCount: 1, needs: { formats: ['tfjs-layers'], gpu: 'NONE' } },
    { name: 'full-retraining', needs: { gpu: 'OPTIONAL' } },
    { name: 'partial-fine-tuning', needs: { gpu: 'OPTIONAL' } },
  ]);
  expect(answer.data?.strategies[0]?.parametersSchema.properties).toHaveProperty('C');
  expect(answer.data?.workers).toMatchObject([
    {
      alive: true,
      strategies,
      engine: expect.stringMatching(/^(tfjs-node-gpu|onnxruntime|tfjs-node|tfjs-cpu)$/) as string,
      device: expect.stringMatching(/\S/) as string,
    },
  ]);
  const member = await server.graphql(`{ workers { name } }`, {}, ada.token);
  expect(member.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
});
