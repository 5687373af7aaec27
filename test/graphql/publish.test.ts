import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.js';
import {
  publishTinyModel,
  publishVersion,
  sha256Of,
  tinyModelFiles,
  uploadFiles,
} from '../support/tiny-model.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.close();
});

const publish = `mutation ($input: PublishModelVersionInput!) { publishModelVersion(input: $input) {
  ... on PublishModelVersionPayload { version { id number } }
  ... on Failure { code message problems { path message } details } } }`;

type Published = {
  publishModelVersion: {
    version?: { id: string; number: number };
    code?: string;
    message?: string;
    problems?: { path: string }[];
  };
};

const readVersion = `query ($id: ID!) { node(id: $id) { ... on ModelVersion {
  number format parameterCount sizeBytes digest notes
  model { name updatedAt card license tags }
  files { path sha256 sizeBytes url }
  manifest { topology parameterCount outputShape labels input { height width channels range resize }
    inputSizes { pinned height width pinnedBy } layers { name className outputShape parameterCount }
    cutPoints { layer outputShape blockBoundary } } } } }`;

interface Version {
  number: number;
  parameterCount: number;
  sizeBytes: number;
  files: { path: string; sha256: string; sizeBytes: number; url: string }[];
  manifest: { labels: string[] | null; layers: { name: string }[]; inputSizes: { pinned: boolean } };
  model: { card: string; license: string | null; tags: string[] };
}

interface TinyJson {
  modelTopology: { model_config: { config: { layers: { class_name: string; config: object }[] } } };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

async function version(id: string): Promise<Version> {
  const { data, errors } = await server.graphql<{ node: Version }>(readVersion, { id });
  expect(errors).toBeUndefined();
  return data?.node as Version;
}

async function emptyModel(name: string, token?: string): Promise<string> {
  const { data } = await server.graphql<{ createModel: { model: { id: string } } }>(
    `mutation ($name: String!) { createModel(input: { name: $name }) { ... on CreateModelPayload { model { id } } } }`,
    { name },
    token,
  );
  return data?.createModel.model.id as string;
}

async function failureOf(input: Record<string, unknown>, token?: string) {
  const { data, errors } = await server.graphql<Published>(publish, { input }, token);
  expect(errors).toBeUndefined();
  return data?.publishModelVersion;
}

async function countVersions(modelId: string): Promise<number> {
  const { data } = await server.graphql<{ model: { versions: { totalCount: number } } }>(
    `query ($id: ID!) { model(id: $id) { versions { totalCount } } }`,
    { id: modelId },
  );
  return data?.model.versions.totalCount ?? -1;
}

describe('a published version', () => {
  test('is rewritten with each layer in a file of its own, and says what is in it', async () => {
    const { versionId } = await publishTinyModel(server, { name: 'whole' });
    const found = await version(versionId);
    expect(found).toMatchObject({ number: 1, format: 'TFJS_LAYERS', parameterCount: 62 });
    expect(found.manifest.layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['conv', 'pool', 'scores']),
    );
    const shards = found.files.map(({ path }) => path).filter((path) => path !== 'model.json');
    expect(shards).toHaveLength(2);
    expect(found.sizeBytes).toBe(found.files.reduce((sum, file) => sum + file.sizeBytes, 0));
  });

  test('is downloaded byte for byte from the addresses it gives', async () => {
    const { versionId } = await publishTinyModel(server, { name: 'downloads', visibility: 'PUBLIC' });
    for (const file of (await version(versionId)).files) {
      const bytes = new Uint8Array(await (await fetch(server.url + file.url)).arrayBuffer());
      expect(sha256Of(bytes)).toBe(file.sha256);
    }
  });

  test('shares the files of layers that did not change', async () => {
    const files = tinyModelFiles();
    const { modelId, versionId } = await publishTinyModel(server, { name: 'shares', files });
    const changed = files.map((file) => {
      if (file.path === 'model.json') return file;
      const weights = new Float32Array(file.bytes.slice().buffer);
      weights[weights.length - 1] = 9;
      return { ...file, bytes: new Uint8Array(weights.buffer) };
    });
    const next = await version(await publishVersion(server, { modelId, files: changed }));
    const first = await version(versionId);
    const digests = (found: Version) => new Map(found.files.map(({ path, sha256 }) => [path, sha256]));
    const same = [...digests(first)].filter(([path, digest]) => digests(next).get(path) === digest);
    expect(next.number).toBe(2);
    expect(same.map(([path]) => path)).toEqual(['model.json', expect.stringContaining('conv')]);
  });

  test('takes labels and preprocessing from the input where they are given', async () => {
    const modelId = await emptyModel('labelled');
    const id = await publishVersion(server, {
      modelId,
      files: tinyModelFiles(),
      labels: ['cat', 'dog'],
      preprocessing: { range: [-1, 1], resize: 'COVER' },
    });
    expect((await version(id)).manifest).toMatchObject({
      labels: ['cat', 'dog'],
      input: { range: [-1, 1], resize: 'COVER', height: 8 },
    });
  });

  test('keeps licence and pictures beside the model, and makes README.md the card', async () => {
    const modelId = await emptyModel('with-readme');
    const readme = '---\nlicense: MIT\ntags:\n- tiny # as it is\n---\n# Tiny\r\n';
    const id = await publishVersion(server, {
      modelId,
      files: [
        ...tinyModelFiles(),
        { path: 'README.md', bytes: Buffer.from(readme) },
        { path: 'LICENSE', bytes: Buffer.from('MIT') },
        { path: 'images/cover.png', bytes: Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]) },
      ],
    });
    const found = await version(id);
    expect(found.model).toMatchObject({ card: readme, license: 'mit', tags: ['tiny'] });
    expect(found.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['LICENSE', 'images/cover.png']),
    );
    expect(found.files.map(({ path }) => path)).not.toContain('README.md');
  });

  test('is made once however often the same key is sent, even long after the upload', async () => {
    const modelId = await emptyModel('once');
    const files = await uploadFiles(server, tinyModelFiles());
    const input = { modelId, files, idempotencyKey: 'publish-1' };
    const first = await failureOf(input);
    await server.zoo.database.query(`DELETE FROM blob_grants`);
    expect(await failureOf(input)).toEqual(first);
    expect(await countVersions(modelId)).toBe(1);
    expect(await failureOf({ ...input, notes: 'another' })).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('gets its own number when several are published at once', async () => {
    const modelId = await emptyModel('at-once');
    const uploads = [1, 2, 3, 4].map((seed) => tinyModelFiles({ seed }));
    const ids = await Promise.all(uploads.map((files) => publishVersion(server, { modelId, files })));
    const numbers = await Promise.all(ids.map(async (id) => (await version(id)).number));
    expect(numbers.sort()).toEqual([1, 2, 3, 4]);
  });

  test('stands in the lineage of its parent, both ways', async () => {
    const base = await publishTinyModel(server, { name: 'base' });
    const child = await publishTinyModel(server, {
      name: 'child',
      parent: { versionId: base.versionId, relation: 'QUANTIZED' },
    });
    const { data } = await server.graphql(
      `query ($base: ID!, $child: ID!) {
         base: node(id: $base) { ... on ModelVersion { children { totalCount nodes { relation child { id } } } descendants { child { id } } } }
         child: node(id: $child) { ... on ModelVersion { parents { relation strategy parent { id model { name } } } ancestors { parent { id } } } }
       }`,
      { base: base.versionId, child: child.versionId },
    );
    expect(data).toEqual({
      base: {
        children: { totalCount: 1, nodes: [{ relation: 'QUANTIZED', child: { id: child.versionId } }] },
        descendants: [{ child: { id: child.versionId } }],
      },
      child: {
        parents: [
          { relation: 'QUANTIZED', strategy: null, parent: { id: base.versionId, model: { name: 'base' } } },
        ],
        ancestors: [{ parent: { id: base.versionId } }],
      },
    });
  });
});

test('weight files may be called anything that model.json names them', async () => {
  const { versionId } = await publishTinyModel(server, {
    name: 'plain-shards',
    files: withShard('group1-shard1of1'),
  });
  const paths = (await version(versionId)).files.map(({ path }) => path);
  expect(paths).toContain('weights/conv.bin');
  expect(paths).not.toContain('group1-shard1of1');
});

/** The tiny model with its weights in a file of another name. */
function withShard(name: string) {
  return tinyModelFiles().map(({ path, bytes }) =>
    path === 'model.json'
      ? { path, bytes: Buffer.from(Buffer.from(bytes).toString().replace('group1-shard1of1.bin', name)) }
      : { path: name, bytes },
  );
}

describe('what is refused, with nothing published', () => {
  test.each([
    ['a path that climbs', '../model.json'],
    ['an absolute path', '/etc/passwd.txt'],
    ['a backslash', 'a\\b.txt'],
    ['a hidden file', '.git/config.txt'],
    ['a script', 'run.py'],
    ['a page', 'index.html'],
    ['a pickle by name', 'weights.pkl'],
    ['a name Windows reserves', 'con.txt'],
  ])('%s', async (_what, path) => {
    const modelId = await emptyModel(`refused-${sha256Of(Buffer.from(path)).slice(0, 8)}`);
    const files = await uploadFiles(server, tinyModelFiles());
    const failure = await failureOf({ modelId, files: [...files, { path, sha256: files[0]?.sha256 }] });
    expect(failure).toMatchObject({ code: 'INPUT_INVALID', problems: [{ path: 'files[2].path' }] });
    expect(await countVersions(modelId)).toBe(0);
  });

  test.each([
    ['a pickle under another name', 'notes.txt', Uint8Array.from([0x80, 4, 0x95, 0x2e])],
    ['a PyTorch archive under another name', 'extra.json', Buffer.from('PK\u0003\u0004 data.pkl\0')],
    ['a picture that is none', 'cover.png', Buffer.from('<svg onload="alert(1)">')],
    ['weights that model.json does not name', 'more.bin', Uint8Array.from([1, 2, 3, 4])],
  ])('%s', async (_what, path, bytes) => {
    const modelId = await emptyModel(`content-${sha256Of(bytes).slice(0, 8)}`);
    const files = await uploadFiles(server, [...tinyModelFiles(), { path, bytes }]);
    expect(await failureOf({ modelId, files })).toMatchObject({ code: 'MODEL_FILE_NOT_ACCEPTED' });
    expect(await countVersions(modelId)).toBe(0);
  });

  test('two paths that meet where capitals do not count', async () => {
    const modelId = await emptyModel('capitals');
    const files = await uploadFiles(server, tinyModelFiles());
    const license = { path: 'LICENSE', sha256: files[0]?.sha256 };
    const failure = await failureOf({
      modelId,
      files: [...files, license, { ...license, path: 'license.txt' }, { ...license, path: 'LICENSE.TXT' }],
    });
    expect(failure).toMatchObject({ code: 'INPUT_INVALID', problems: [{ path: 'files[4].path' }] });
  });

  test('files that were never sent, all of them named', async () => {
    const modelId = await emptyModel('unsent');
    const digest = 'ab'.repeat(32);
    const failure = await failureOf({ modelId, files: [{ path: 'model.json', sha256: digest }] });
    expect(failure).toMatchObject({
      code: 'BLOB_NOT_ADMITTED',
      details: { sha256: [digest], paths: ['model.json'] },
    });
  });

  test('files that somebody else sent, by a digest one only knows', async () => {
    const files = await uploadFiles(server, tinyModelFiles({ seed: 77 }));
    const { token } = await server.signUp('guesser');
    const modelId = await emptyModel('guessed', token);
    expect(await failureOf({ modelId, files }, token)).toMatchObject({ code: 'BLOB_NOT_ADMITTED' });
  });

  test.each([
    [
      'a manifest that climbs out of its folder',
      'MODEL_PATH_OUTSIDE',
      (json: TinyJson) => void json.weightsManifest.forEach((group) => (group.paths = ['../weights.bin'])),
    ],
    [
      'a shard that is not there',
      'MODEL_SHARD_MISSING',
      (json: TinyJson) => void json.weightsManifest.forEach((group) => (group.paths = ['other.bin'])),
    ],
    [
      'a missing weight',
      'MODEL_WEIGHTS_MISSING',
      (json: TinyJson) => void json.weightsManifest[0]?.weights.pop(),
    ],
    [
      'a weight that no layer has',
      'MODEL_WEIGHTS_EXTRA',
      (json: TinyJson) =>
        void json.weightsManifest[0]?.weights.push({ name: 'more/kernel', shape: [1], dtype: 'float32' }),
    ],
    [
      'an unknown layer',
      'MODEL_LAYER_UNKNOWN',
      (json: TinyJson) =>
        void json.modelTopology.model_config.config.layers.push({
          class_name: 'Lambda',
          config: { name: 'code' },
        }),
    ],
  ])('%s', async (what, code, damage) => {
    const modelId = await emptyModel(what.replaceAll(' ', '-'));
    const files = tinyModelFiles().map(({ path, bytes }) => {
      if (path !== 'model.json') return { path, bytes };
      const json = JSON.parse(Buffer.from(bytes).toString()) as TinyJson;
      damage(json);
      return { path, bytes: Buffer.from(JSON.stringify(json)) };
    });
    expect(await failureOf({ modelId, files: await uploadFiles(server, files) })).toMatchObject({ code });
    expect(await countVersions(modelId)).toBe(0);
  });

  test('weights that are not numbers', async () => {
    const modelId = await emptyModel('nan');
    const files = tinyModelFiles().map((file) =>
      file.path === 'model.json'
        ? file
        : { ...file, bytes: new Uint8Array(new Float32Array(62).fill(NaN).buffer) },
    );
    const uploaded = await uploadFiles(server, files);
    expect(await failureOf({ modelId, files: uploaded })).toMatchObject({ code: 'MODEL_WEIGHT_NOT_FINITE' });
    expect(await countVersions(modelId)).toBe(0);
  });

  test('a card with bad front matter, naming the line, and the version with it', async () => {
    const modelId = await emptyModel('bad-card');
    const readme = Buffer.from('---\nlicense: mit\ntags: [a, b\n---\n');
    const files = await uploadFiles(server, [...tinyModelFiles(), { path: 'README.md', bytes: readme }]);
    const failure = await failureOf({ modelId, files });
    expect(failure?.code).toBe('CARD_INVALID');
    expect(failure?.problems?.[0]?.path).toMatch(/^card line [34]$/);
    expect(await countVersions(modelId)).toBe(0);
  });

  test('a parent that is not visible', async () => {
    const hidden = await publishTinyModel(server, { name: 'hidden-parent' });
    const { token } = await server.signUp('orphan');
    const modelId = await emptyModel('orphans', token);
    const files = await uploadFiles(server, tinyModelFiles({ seed: 5 }), token);
    const failure = await failureOf({ modelId, files, parent: { versionId: hidden.versionId } }, token);
    expect(failure).toMatchObject({ code: 'NOT_FOUND' });
  });
});
