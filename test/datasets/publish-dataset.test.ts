import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { parseNodeId } from '../../src/schema/node-id.js';
import { endOf as jobEnd } from '../jobs/real-work.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { tarGzOf, tarOf, tarWith, zipOf, type Files } from './archives.js';
import { classFolders, picture } from './pictures.js';

let server: TestServer;
let worker: RunningWorker;
let ada: { token: string };
let grace: { token: string };

beforeAll(async () => {
  server = await startTestServer();
  worker = await runWorker(server.zoo);
  ada = await server.signUp('ada');
  grace = await server.signUp('grace');
});
afterAll(async () => {
  await worker.stop();
  await server.close();
});

interface Failed {
  code?: string;
  message?: string;
  details?: Record<string, unknown>;
}

async function ask<Data>(
  query: string,
  variables: Record<string, unknown> = {},
  token: string | null = ada.token,
) {
  const { data, errors } = await server.graphql<Data>(query, variables, token);
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

async function createDataset(input: Record<string, unknown>, token = ada.token) {
  const answer = await ask<{
    createDataset: Failed & { dataset?: { id: string; name: string; owner: { name: string } } };
  }>(
    `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) {
       ... on CreateDatasetPayload { dataset { id name owner { name } } } ... on Failure { code message } } }`,
    { input },
    token,
  );
  return answer.createDataset;
}

async function newDataset(name: string, visibility = 'PRIVATE'): Promise<string> {
  const { dataset, message } = await createDataset({ name, visibility });
  if (dataset === undefined) throw new Error(message);
  return dataset.id;
}

async function upload(bytes: Buffer, token = ada.token): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const response = await fetch(`${server.url}/blobs/sha256/${sha256}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-length': String(bytes.byteLength) },
    body: new Uint8Array(bytes),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return sha256;
}

type Published = Failed & { job?: { id: string; kind: string; parameters: Record<string, unknown> } };

async function publish(input: Record<string, unknown>, token = ada.token): Promise<Published> {
  const answer = await ask<{ publishDatasetVersion: Published }>(
    `mutation ($input: PublishDatasetVersionInput!) { publishDatasetVersion(input: $input) {
       ... on PublishDatasetVersionPayload { job { id kind parameters } } ... on Failure { code message details } } }`,
    { input },
    token,
  );
  return answer.publishDatasetVersion;
}

interface End {
  state: string;
  error: Failed | null;
  dataset: { name: string };
  resultDatasetVersion: { id: string; number: number } | null;
}

/** The job once it has ended, as GraphQL shows it. */
async function endOf(jobId: string): Promise<End> {
  await jobEnd(server.zoo, parseNodeId(jobId)?.rowId ?? '');
  const answer = await ask<{ job: End }>(
    `query ($id: ID!) { job(id: $id) { state error { code message } dataset { name }
       resultDatasetVersion { id number } } }`,
    { id: jobId },
  );
  return answer.job;
}

async function countJobs(): Promise<number> {
  return (await ask<{ jobs: { totalCount: number } }>('{ jobs { totalCount } }')).jobs.totalCount;
}

describe('publishing a data set', () => {
  it('goes from an uploaded archive to a version whose files can be fetched', async () => {
    const files: Files = await classFolders(['dress', 'hat'], 10);
    files['hat/broken.png'] = 'no picture';
    files['README.md'] = '# Clothes';
    const datasetId = await newDataset('clothes');
    const archiveSha256 = await upload(await tarGzOf(files));
    const { job, message } = await publish({
      datasetId,
      archiveSha256,
      options: { seed: 5 },
      notes: 'first',
    });
    expect(message).toBeUndefined();
    expect(job?.kind).toBe('DATASET_IMPORT');
    expect(job?.parameters).toMatchObject({
      archive: archiveSha256,
      seed: 5,
      splits: 'auto',
      testFraction: 0.1,
    });
    const end = await endOf(job?.id ?? '');
    expect(end).toMatchObject({ state: 'COMPLETED', error: null, dataset: { name: 'clothes' } });
    expect(end.resultDatasetVersion?.number).toBe(1);

    interface Version {
      imageCount: number;
      sizeBytes: number;
      classes: { name: string; train: number; validation: number; test: number }[];
      manifest: Record<string, unknown>;
      files: { path: string; sizeBytes: number; sha256: string; url: string }[];
      job: { id: string };
    }
    const { dataset } = await ask<{ dataset: { latestVersion: { id: string }; version: Version } }>(
      `{ dataset(owner: "ada", name: "clothes") { latestVersion { id } version(revision: "1") {
           imageCount sizeBytes classes { name train validation test } job { id }
           manifest { classes splitSource seed rejectedCount rejected { path code reason } nearDuplicateCount
             splits { split imageCount perClass } }
           files { path sizeBytes sha256 url } } } }`,
    );
    expect(dataset.latestVersion.id).toBe(end.resultDatasetVersion?.id);
    const { version } = dataset;
    expect(version.imageCount).toBe(20);
    expect(version.job.id).toBe(job?.id);
    expect(version.classes).toEqual([
      { name: 'dress', train: 8, validation: 1, test: 1 },
      { name: 'hat', train: 8, validation: 1, test: 1 },
    ]);
    expect(version.manifest).toMatchObject({
      splitSource: 'STRATIFIED',
      seed: 5,
      rejected: [{ path: 'hat/broken.png', code: 'IMAGE_FORMAT_UNSUPPORTED' }],
      splits: [
        { split: 'TRAIN', imageCount: 16, perClass: [8, 8] },
        { split: 'VALIDATION' },
        { split: 'TEST' },
      ],
    });
    expect(version.files.map(({ path }) => path)).toEqual(['index.json', 'report.json', 'shards/00000.tar']);
    expect(version.sizeBytes).toBe(version.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    for (const file of version.files) {
      const response = await fetch(server.url + file.url, {
        headers: { authorization: `Bearer ${ada.token}` },
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
      const hidden = await fetch(server.url + file.url, {
        headers: { authorization: `Bearer ${grace.token}` },
      });
      expect(hidden.status).toBe(404);
    }
  });

  it('numbers versions, and keeps equal ones as the same files', async () => {
    const datasetId = await newDataset('numbered');
    const files = await classFolders(['a', 'b'], 3);
    for (const bytes of [await tarOf(files), zipOf(files)]) {
      const { job } = await publish({ datasetId, archiveSha256: await upload(bytes) });
      expect((await endOf(job?.id ?? '')).state).toBe('COMPLETED');
    }
    const { node } = await ask<{ node: { versions: { nodes: { number: number; digest: string }[] } } }>(
      `query ($id: ID!) { node(id: $id) { ... on Dataset { versions { nodes { number digest } } } } }`,
      { id: datasetId },
    );
    expect(node.versions.nodes.map(({ number }) => number)).toEqual([2, 1]);
    expect(node.versions.nodes[0]?.digest).toBe(node.versions.nodes[1]?.digest);
  });

  it('returns the first job for the same idempotency key, and refuses another input under it', async () => {
    const datasetId = await newDataset('once');
    const archiveSha256 = await upload(await tarOf(await classFolders(['a', 'b'], 2)));
    const input = { datasetId, archiveSha256, idempotencyKey: 'k1' };
    const first = await publish(input);
    const second = await publish({ ...input, options: { splits: null } });
    expect(second.job?.id).toBe(first.job?.id);
    expect((await publish({ ...input, options: { seed: 9 } })).code).toBe('IDEMPOTENCY_KEY_REUSED');
    await endOf(first.job?.id ?? '');
  });

  it('fails the job, and publishes nothing, where too few pictures turn out usable', async () => {
    const datasetId = await newDataset('unusable');
    const files = { ...(await classFolders(['a'], 3)), 'b/1.png': 'no', 'b/2.png': await picture(3000) };
    const { job } = await publish({ datasetId, archiveSha256: await upload(await tarOf(files)) });
    const end = await endOf(job?.id ?? '');
    expect(end).toMatchObject({
      state: 'FAILED',
      error: { code: 'DATASET_CLASS_TOO_SMALL' },
      resultDatasetVersion: null,
    });
    expect(end.error?.message).toMatch(/"b" \(one picture\).*"b\/1.png" \(IMAGE_FORMAT_UNSUPPORTED\)/);
    const { dataset } = await ask<{ dataset: object }>(
      '{ dataset(owner: "ada", name: "unusable") { latestVersion { id } } }',
    );
    expect(dataset).toEqual({ latestVersion: null });
  });
});

describe('bad archives', () => {
  it.each([
    ['no archive at all', async () => Buffer.from('hello'), 'ARCHIVE_UNREADABLE'],
    ['a path that climbs out', async () => zipOf({ '../../a/1.jpg': 'x' }), 'ARCHIVE_ENTRY_UNSAFE'],
    [
      'a tar that was cut off',
      async () => (await tarOf({ 'a/1.jpg': 'x', 'a/2.jpg': 'y' })).subarray(0, 700),
      'ARCHIVE_UNREADABLE',
    ],
    [
      'a symbolic link',
      async () => tarWith([{ header: { name: 'a/1.jpg', type: 'symlink', linkname: '/etc/passwd' } }]),
      'ARCHIVE_ENTRY_UNSAFE',
    ],
    ['an absolute path', async () => tarOf({ '/etc/1.jpg': 'x' }), 'ARCHIVE_ENTRY_UNSAFE'],
    ['a bomb', async () => tarGzOf({ 'a/1.jpg': Buffer.alloc(128 * 1024 ** 2) }), 'ARCHIVE_BOMB'],
    [
      'a class with one picture',
      async () => tarOf({ 'a/1.jpg': '', 'a/2.jpg': '', 'b/1.jpg': '' }),
      'DATASET_CLASS_TOO_SMALL',
    ],
    [
      'rows without pictures',
      async () => tarOf({ 'metadata.csv': 'file_name,label\nx.jpg,a\n', 'y.jpg': '' }),
      'DATASET_LABELS_MISMATCH',
    ],
  ])('are refused at once with nothing queued: %s', async (name, archive, code) => {
    const datasetId = await newDataset(`bad-${code.toLowerCase().replaceAll('_', '-')}-${name.length}`);
    const before = await countJobs();
    const { code: answered, message } = await publish({
      datasetId,
      archiveSha256: await upload(await archive()),
    });
    expect(answered).toBe(code);
    expect(message).not.toMatch(/\/tmp|node_modules/);
    expect(await countJobs()).toBe(before);
  });

  it('are not even looked at where they are not yours or not there', async () => {
    const bytes = await tarOf(await classFolders(['a', 'b'], 2, { firstSeed: 4000 }));
    const archiveSha256 = await upload(bytes, grace.token);
    const datasetId = await newDataset('not-mine');
    expect((await publish({ datasetId, archiveSha256 })).code).toBe('BLOB_NOT_ADMITTED');
    expect((await publish({ datasetId, archiveSha256: '0'.repeat(64) })).code).toBe('BLOB_NOT_ADMITTED');
    expect((await publish({ datasetId, archiveSha256: 'abc' })).code).toBe('INPUT_INVALID');
    expect((await publish({ datasetId, archiveSha256, options: { testFraction: 0.9, seed: -1 } })).code).toBe(
      'INPUT_INVALID',
    );
    expect((await publish({ datasetId, archiveSha256 }, grace.token)).code).toBe('NOT_FOUND');
    const open = await newDataset('open', 'PUBLIC');
    expect((await publish({ datasetId: open, archiveSha256 }, grace.token)).code).toBe('FORBIDDEN');
  });
});

describe('the catalogue of data sets', () => {
  it('creates once, changes, deletes and restores', async () => {
    const made = await createDataset({ name: 'life', license: 'MIT', tags: ['one'], card: '# Life' });
    expect(made.dataset).toMatchObject({ name: 'life', owner: { name: 'ada' } });
    expect((await createDataset({ name: 'life' })).code).toBe('NAME_TAKEN');
    expect((await createDataset({ name: 'Not A Name' })).code).toBe('INPUT_INVALID');
    expect((await createDataset({ name: 'x', owner: 'ada' }, grace.token)).code).toBe('FORBIDDEN');
    const datasetId = made.dataset?.id;
    const changed = await ask(
      `mutation ($input: UpdateDatasetInput!) { updateDataset(input: $input) {
         ... on UpdateDatasetPayload { dataset { license tags visibility card } } } }`,
      { input: { datasetId, license: null, tags: ['two'], visibility: 'PUBLIC' } },
    );
    expect(changed).toMatchObject({
      updateDataset: { dataset: { license: null, tags: ['two'], visibility: 'PUBLIC' } },
    });
    const card = '---\nlicense: cc0-1.0\ntags: [three]\nconfigs: [kept]\n---\n# New';
    const described = await ask(
      `mutation ($input: UpdateDatasetCardInput!) { updateDatasetCard(input: $input) {
         ... on UpdateDatasetCardPayload { dataset { license tags card cardData } } } }`,
      { input: { datasetId, card } },
    );
    expect(described).toMatchObject({
      updateDatasetCard: {
        dataset: { license: 'cc0-1.0', tags: ['three'], card, cardData: { configs: ['kept'] } },
      },
    });
    const find = '{ dataset(owner: "ada", name: "life") { name } }';
    expect(await ask(find, {}, grace.token)).toEqual({ dataset: { name: 'life' } });
    await ask(`mutation ($id: ID!) { deleteDataset(input: { datasetId: $id }) { __typename } }`, {
      id: datasetId,
    });
    expect(await ask(find)).toEqual({ dataset: null });
    const deleted = await ask<{ datasets: { nodes: { name: string }[] } }>(
      '{ datasets(filter: { deleted: true }) { nodes { name } } }',
    );
    expect(deleted.datasets.nodes).toEqual([{ name: 'life' }]);
    await ask(`mutation ($id: ID!) { restoreDataset(input: { datasetId: $id }) { __typename } }`, {
      id: datasetId,
    });
    expect(await ask(find)).toEqual({ dataset: { name: 'life' } });
  });

  it('lists by filter, search and order, page by page, and never what is not visible', async () => {
    for (const [name, visibility] of [
      ['zebra-stripes', 'PUBLIC'],
      ['zebra-hooves', 'PUBLIC'],
      ['zebra-secret', 'PRIVATE'],
    ]) {
      await createDataset({ name, visibility, tags: ['zebra'], license: 'cc0-1.0' });
    }
    const list = async (query: string, token: string | null) =>
      (await ask<{ datasets: { nodes: { name: string }[]; totalCount: number } }>(query, {}, token)).datasets;
    const mine = await list(
      '{ datasets(filter: { tags: ["zebra"] }, orderBy: NAME) { totalCount nodes { name } } }',
      ada.token,
    );
    expect(mine.nodes.map(({ name }) => name)).toEqual(['zebra-hooves', 'zebra-secret', 'zebra-stripes']);
    const theirs = await list(
      '{ datasets(filter: { search: "zebra" }) { totalCount nodes { name } } }',
      grace.token,
    );
    expect(theirs.totalCount).toBe(2);
    expect(theirs.nodes.map(({ name }) => name)).not.toContain('zebra-secret');

    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: {
        datasets: { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
      } = await ask(
        `query ($after: String) { datasets(filter: { licenses: ["CC0-1.0"], owner: "ada", tags: ["zebra"] }, orderBy: CREATED,
           direction: ASC, first: 1, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      seen.push(...page.datasets.nodes.map(({ name }) => name));
      after = page.datasets.pageInfo.hasNextPage ? page.datasets.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(['zebra-stripes', 'zebra-hooves', 'zebra-secret']);
  });
});
