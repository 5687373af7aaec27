import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.js';
import { publishTinyModel, publishVersion, tinyModelFiles } from '../support/tiny-model.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.close();
});

const failure = '... on Failure { code message problems { path message } }';
const model = `model { id name task license tags visibility card cardData deletedAt owner { name } }`;

interface Result {
  code?: string;
  problems?: { path: string }[];
  model?: {
    id: string;
    card: string;
    cardData: Record<string, unknown>;
    license: string | null;
    tags: string[];
    task: string;
    deletedAt: string | null;
  };
  alias?: { name: string; version: { number: number } };
  removed?: string;
}

/** Runs a mutation that answers a model, an alias or a Failure. */
async function change(
  mutation: string,
  input: Record<string, unknown>,
  token?: string | null,
): Promise<Result> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
  const payload =
    mutation === 'setAlias'
      ? 'alias { name version { number } }'
      : mutation === 'removeAlias'
        ? 'removed'
        : model;
  const { data, errors } = await server.graphql<{ result: Result }>(
    `mutation ($input: ${type}Input!) { result: ${mutation}(input: $input) { ... on ${type}Payload { ${payload} } ${failure} } }`,
    { input },
    token,
  );
  expect(errors).toBeUndefined();
  return data?.result as Result;
}

async function make(input: Record<string, unknown>): Promise<string> {
  const { model: made, ...rest } = await change('createModel', input);
  if (made === undefined) throw new Error(JSON.stringify(rest));
  return made.id;
}

describe('making a model', () => {
  test('names every problem of the input at once', async () => {
    const result = await change('createModel', {
      name: '../up',
      task: 'Image Classification',
      license: 'a b',
      tags: ['<b>'],
    });
    expect(result.code).toBe('INPUT_INVALID');
    expect(result.problems?.map(({ path }) => path)).toEqual(['name', 'task', 'license', 'tags[0]']);
  });

  test.each(['-a', 'A', 'a b', 'a/b', '.hidden', 'a..b', 'x'.repeat(97), '', 'a.git'])(
    'refuses the name %j',
    async (name) => {
      expect(await change('createModel', { name })).toMatchObject({
        code: 'INPUT_INVALID',
        problems: [{ path: 'name' }],
      });
    },
  );

  test('makes it once for one key, and refuses a name that is taken', async () => {
    const input = { name: 'only-once', idempotencyKey: 'one' };
    const first = await change('createModel', input);
    expect(await change('createModel', input)).toEqual(first);
    expect(await change('createModel', { name: 'only-once' })).toMatchObject({ code: 'NAME_TAKEN' });
    expect(await change('createModel', { ...input, name: 'other' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('sent twenty times at once with one key makes it once', async () => {
    const input = { name: 'crowd', idempotencyKey: 'crowd' };
    const results = await Promise.all(Array.from({ length: 20 }, () => change('createModel', input)));
    expect(new Set(results.map((result) => result.model?.id)).size).toBe(1);
  });

  test('writes task, licence and tags into the card it is given', async () => {
    const result = await change('createModel', {
      name: 'described',
      license: 'MIT',
      tags: ['a', 'a', 'b'],
      card: '---\nlicense: gpl-3.0\nextra: kept\n---\n# Text\n',
    });
    expect(result.model).toMatchObject({
      license: 'mit',
      tags: ['a', 'b'],
      cardData: { license: 'mit', extra: 'kept' },
    });
  });
});

describe('a card', () => {
  test.each([
    [
      'as a hub writes it',
      '---\nlicense: mit\ntags:\n- a\n# comment\nunknown: { deep: [1, 2.50, "x"] }\n---\n\n# Title\n',
    ],
    ['with Windows line ends', '---\r\nlicense: mit\r\ntags: [a]\r\n---\r\ntext\r\n'],
    ['with a byte-order mark and no end of line', '\uFEFF---\nlicense: mit\ntags: a\n---\nno newline'],
    ['with signs of every kind', '---\nlicense: mit\ntags: [a]\n---\nÅ 字 😀 \u2028 <script> \\ `'],
  ])('%s comes back byte for byte, and decides', async (name, card) => {
    const modelId = await make({ name: `card-${name.length}`, license: 'gpl-3.0' });
    const { model: changed } = await change('updateModelCard', { modelId, card });
    expect(changed).toMatchObject({ card, license: 'mit', tags: ['a'] });
  });

  test('with front matter unsets what it leaves out; one without leaves it alone', async () => {
    const modelId = await make({ name: 'unset', license: 'mit', tags: ['x'] });
    expect((await change('updateModelCard', { modelId, card: '# Text' })).model).toMatchObject({
      license: 'mit',
      tags: ['x'],
    });
    const bare = await change('updateModelCard', { modelId, card: '---\nlanguage: en\n---\n' });
    expect(bare.model).toMatchObject({ license: null, tags: [], task: 'image-classification' });
  });

  test('that is refused changes nothing', async () => {
    const modelId = await make({ name: 'keeps', license: 'mit', card: '# Before' });
    expect(await change('updateModelCard', { modelId, card: '---\ntags: [\n---\n' })).toMatchObject({
      code: 'CARD_INVALID',
    });
    const { data } = await server.graphql(`query ($id: ID!) { model(id: $id) { license card } }`, {
      id: modelId,
    });
    expect(data).toMatchObject({ model: { license: 'mit' } });
  });

  test('and what updateModel says never disagree', async () => {
    const modelId = await make({ name: 'agrees', card: '---\nlicense: gpl-3.0\nkept: 1\n---\n# Text\n' });
    const { model: changed } = await change('updateModel', {
      modelId,
      license: 'mit',
      tags: ['new'],
      task: 'image-feature-extraction',
    });
    expect(changed?.cardData).toEqual({
      license: 'mit',
      kept: 1,
      tags: ['new'],
      pipeline_tag: 'image-feature-extraction',
    });
    const { model: bare } = await change('updateModel', { modelId, license: null });
    expect([bare?.license, bare?.cardData['license'], bare?.tags]).toEqual([null, undefined, ['new']]);
  });
});

describe('aliases', () => {
  test('point where they are set, move, and go', async () => {
    const { modelId } = await publishTinyModel(server, { name: 'aliased' });
    await publishVersion(server, { modelId, files: tinyModelFiles({ seed: 2 }) });
    expect(await change('setAlias', { modelId, alias: 'stable', version: 1 })).toEqual({
      alias: { name: 'stable', version: { number: 1 } },
    });
    expect(await change('setAlias', { modelId, alias: 'stable', version: 2 })).toMatchObject({
      alias: { version: { number: 2 } },
    });
    const { data } = await server.graphql(
      `query ($id: ID!) { model(id: $id) { aliases { name } stable: version(revision: "stable") { number } latest: version { number } one: version(revision: "1") { number } none: version(revision: "9") { number } } }`,
      { id: modelId },
    );
    expect(data).toEqual({
      model: {
        aliases: [{ name: 'stable' }],
        stable: { number: 2 },
        latest: { number: 2 },
        one: { number: 1 },
        none: null,
      },
    });
    expect(await change('removeAlias', { modelId, alias: 'stable' })).toEqual({ removed: 'stable' });
    expect(await change('removeAlias', { modelId, alias: 'stable' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each(['latest', '3', 'Upper', '-x', ''])('are not called %j', async (alias) => {
    const modelId = await make({ name: `alias-${Buffer.from(alias).toString('hex') || 'none'}` });
    expect(await change('setAlias', { modelId, alias, version: 1 })).toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('do not point at versions that are not there', async () => {
    const modelId = await make({ name: 'no-versions' });
    expect(await change('setAlias', { modelId, alias: 'x', version: 1 })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('deleting', () => {
  test('hides a model from everyone, keeps its name, and can be undone', async () => {
    const { modelId, versionId } = await publishTinyModel(server, { name: 'gone', visibility: 'PUBLIC' });
    const deleted = await change('deleteModel', { modelId });
    expect(deleted.model?.deletedAt).not.toBeNull();
    const seen = `query ($m: ID!, $v: ID!) { model(id: $m) { name } node(id: $v) { id } models(filter: { search: "gone" }) { totalCount } }`;
    const { data } = await server.graphql(seen, { m: modelId, v: versionId });
    expect(data).toEqual({ model: null, node: null, models: { totalCount: 0 } });
    expect((await fetch(`${server.url}/models/admin/gone/resolve/1/model.json`)).status).toBe(404);
    expect(await change('createModel', { name: 'gone' })).toMatchObject({ code: 'NAME_TAKEN' });
    expect(await change('deleteModel', { modelId })).toMatchObject({ code: 'NOT_FOUND' });
    const { data: bin } = await server.graphql(`{ models(filter: { deleted: true }) { nodes { id name } } }`);
    expect(bin).toEqual({ models: { nodes: [{ id: modelId, name: 'gone' }] } });
    expect((await change('restoreModel', { modelId })).model).toMatchObject({
      name: 'gone',
      deletedAt: null,
    });
    expect((await server.graphql(seen, { m: modelId, v: versionId })).data).toMatchObject({
      model: { name: 'gone' },
      node: { id: versionId },
    });
  });

  test('hides a base from the lineage of what came of it', async () => {
    const base = await publishTinyModel(server, { name: 'vanishing' });
    const child = await publishTinyModel(server, { name: 'survivor', parent: { versionId: base.versionId } });
    const parents = `query ($id: ID!) { node(id: $id) { ... on ModelVersion { parents { relation } ancestors { relation } } } }`;
    await change('deleteModel', { modelId: base.modelId });
    expect((await server.graphql(parents, { id: child.versionId })).data).toEqual({
      node: { parents: [], ancestors: [] },
    });
  });
});

describe('who may change what', () => {
  test.each(['updateModel', 'updateModelCard', 'deleteModel', 'setAlias', 'removeAlias'])(
    '%s',
    async (mutation) => {
      const { modelId } = await publishTinyModel(server, {
        name: `guarded-${mutation.toLowerCase()}`,
        visibility: 'PUBLIC',
      });
      const other = await server.signUp(`other-${mutation.toLowerCase()}`);
      const input = {
        updateModel: { modelId, tags: ['x'] },
        updateModelCard: { modelId, card: 'x' },
        deleteModel: { modelId },
        setAlias: { modelId, alias: 'x', version: 1 },
        removeAlias: { modelId, alias: 'x' },
      }[mutation] as Record<string, unknown>;
      expect(await change(mutation, input, other.token)).toMatchObject({ code: 'FORBIDDEN' });
      expect(await change(mutation, input, null)).toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  test('an id of another kind, or none, is said to be what it is', async () => {
    const { versionId } = await publishTinyModel(server, { name: 'kinds' });
    for (const modelId of [versionId, 'nonsense']) {
      expect(await change('deleteModel', { modelId })).toMatchObject({
        code: 'NOT_FOUND',
        problems: [{ path: 'modelId' }],
      });
    }
  });
});

test('every change leaves a note of who made it', async () => {
  const { modelId } = await publishTinyModel(server, { name: 'noted' });
  await change('setAlias', { modelId, alias: 'x', version: 1 });
  await change('updateModel', { modelId, visibility: 'PUBLIC' });
  await change('deleteModel', { modelId });
  const notes: { action: string; account: string }[] = await server.zoo.database.query(
    `SELECT e.action, a.name AS account FROM audit_events e JOIN accounts a ON a.id = e.account_id
       JOIN models m ON e.subject_id = m.id::text WHERE m.name = 'noted' ORDER BY e.seq`,
  );
  expect(notes).toEqual(
    ['model.create', 'alias.set', 'model.update', 'model.delete'].map((action) => ({
      action,
      account: 'admin',
    })),
  );
});
