import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toNodeId } from '../../src/schema/node-id.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { publishTinyModel, tinyModelFiles } from '../support/tiny-model.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const [index, name] of ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta'].entries()) {
    const { modelId } = await publishTinyModel(server, {
      name: `${name}-net`,
      visibility: 'PUBLIC',
      license: index % 2 === 0 ? 'mit' : 'apache-2.0',
      tags: index < 3 ? ['early', 'greek'] : ['greek'],
      files: tinyModelFiles({ classes: 2 + index }),
      card: index === 1 ? '---\nbase_model: elsewhere/big\n---\nRecognises giraffes running.' : '',
    });
    await server.zoo.database.query(
      `INSERT INTO metrics (version_id, name, value)
       SELECT v.id, 'accuracy', $2 FROM model_versions v JOIN models m ON m.id = v.model_id WHERE m.name = $1`,
      [`${name}-net`, 0.5 + index / 20],
    );
    expect(modelId).toBeTruthy();
  }
});
afterAll(async () => {
  await server.close();
});

interface Page {
  models: {
    nodes: { name: string }[];
    edges: { cursor: string; node: { name: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
    totalCount: number;
  };
}

const listing = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: ModelFilter, $orderBy: ModelOrder, $direction: Direction) {
  models(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy, direction: $direction) {
    nodes { name } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`;

async function page(variables: Record<string, unknown>): Promise<Page['models']> {
  const { data, errors } = await server.graphql<Page>(listing, variables);
  expect(errors).toBeUndefined();
  return data?.models as Page['models'];
}

const names = async (variables: Record<string, unknown>) =>
  (await page(variables)).nodes.map(({ name }) => name);

describe.each([
  ['UPDATED', {}],
  ['CREATED', {}],
  ['NAME', {}],
  ['PARAMETERS', {}],
  ['METRIC', { metric: { name: 'accuracy' } }],
  ['RELEVANCE', { search: 'net' }],
])('ordered by %s', (orderBy, filter) => {
  test.each(['ASC', 'DESC'])(
    '%s: pages forward and back join up to the whole list, once each',
    async (direction) => {
      const whole = await names({ first: 50, orderBy, direction, filter });
      expect(new Set(whole).size).toBe(7);
      const forward: string[] = [];
      let after: string | null = null;
      for (;;) {
        const part: Page['models'] = await page({ first: 3, after, orderBy, direction, filter });
        forward.push(...part.nodes.map(({ name }) => name));
        after = part.pageInfo.endCursor;
        if (!part.pageInfo.hasNextPage) break;
      }
      expect(forward).toEqual(whole);
      const backward: string[] = [];
      let before: string | null = null;
      for (;;) {
        const part: Page['models'] = await page({ last: 3, before, orderBy, direction, filter });
        backward.unshift(...part.nodes.map(({ name }) => name));
        before = part.pageInfo.startCursor;
        if (!part.pageInfo.hasPreviousPage) break;
      }
      expect(backward).toEqual(whole);
    },
  );
});

test('a model made while someone pages neither repeats nor hides another', async () => {
  const first = await page({ first: 3, orderBy: 'CREATED' });
  await publishTinyModel(server, { name: 'newcomer', visibility: 'PUBLIC' });
  const second = await page({ first: 3, orderBy: 'CREATED', after: first.pageInfo.endCursor });
  const seen = [...first.nodes, ...second.nodes].map(({ name }) => name);
  expect(new Set(seen).size).toBe(6);
  expect(seen).not.toContain('newcomer');
  await server.zoo.database.query(`UPDATE models SET deleted_at = now() WHERE name = 'newcomer'`);
});

describe('filters', () => {
  test.each([
    ['all of the tags', { tags: ['early', 'greek'] }, ['alpha-net', 'beta-net', 'gamma-net']],
    ['any of the licences', { licenses: ['Apache-2.0'] }, ['beta-net', 'delta-net', 'zeta-net']],
    ['an owner', { owner: 'nobody' }, []],
    ['a range of parameters', { parameterCount: { min: 65, max: 70 } }, ['beta-net', 'gamma-net']],
    ['a range of a metric', { metric: { name: 'accuracy', min: 0.74 } }, ['eta-net', 'zeta-net']],
    ['a base model that the card names', { baseModel: 'elsewhere/big' }, ['beta-net']],
    ['a stemmed word of the card', { search: 'giraffe run' }, ['beta-net']],
    ['part of a name', { search: 'amm' }, ['gamma-net']],
    ['part of a name within its owner', { search: 'admin/zet' }, ['zeta-net']],
    ['a word that is excluded', { search: 'greek -early', licenses: ['mit'] }, ['epsilon-net', 'eta-net']],
    ['signs that mean something to LIKE', { search: '%_' }, []],
    ['a task nobody has', { task: 'object-detection' }, []],
    [
      'a format, a task and a metric together',
      {
        format: 'TFJS_LAYERS',
        task: 'image-classification',
        metric: { name: 'accuracy', max: 0.74 },
        parameterCount: { max: 70 },
      },
      ['alpha-net', 'beta-net', 'gamma-net'],
    ],
  ])('by %s', async (_what, filter, expected) => {
    expect(await names({ first: 50, filter, orderBy: 'NAME' })).toEqual(expected);
    expect((await page({ first: 1, filter, orderBy: 'NAME' })).totalCount).toBe(expected.length);
  });

  test('by a base model that only the lineage names', async () => {
    const found: { id: string }[] = await server.zoo.database.query(
      `SELECT v.id FROM model_versions v JOIN models m ON m.id = v.model_id WHERE m.name = 'alpha-net'`,
    );
    const versionId = toNodeId('ModelVersion', found[0]?.id ?? '');
    await publishTinyModel(server, { name: 'adapted', parent: { versionId } });
    expect(await names({ filter: { baseModel: 'admin/alpha-net' } })).toEqual(['adapted']);
    await server.zoo.database.query(`UPDATE models SET deleted_at = now() WHERE name = 'adapted'`);
  });

  test('a search puts the exact name first', async () => {
    expect((await names({ filter: { search: 'eta-net' } }))[0]).toBe('eta-net');
  });
});

describe('refused with every reason', () => {
  test.each([
    ['a page of none', { first: 0 }],
    ['a page that is too long', { first: 101 }],
    ['both ways at once', { first: 1, last: 1 }],
    ['a cursor that is none', { after: 'nonsense' }],
    [
      'a cursor with values that are none',
      { after: Buffer.from('["updated","x","y"]').toString('base64url') },
    ],
    ['METRIC without a metric', { orderBy: 'METRIC' }],
    ['RELEVANCE without a search', { orderBy: 'RELEVANCE' }],
    ['a range upside down', { filter: { parameterCount: { min: 5, max: 1 } } }],
  ])('%s', async (_what, variables) => {
    const { errors } = await server.graphql(listing, variables);
    expect(errors?.[0]?.extensions?.code).toBe('INPUT_INVALID');
    expect(errors?.[0]?.extensions?.['problems']).toHaveLength(1);
  });

  test('a cursor of another order', async () => {
    const after = (await page({ first: 1, orderBy: 'NAME' })).pageInfo.endCursor;
    const { errors } = await server.graphql(listing, { first: 1, after, orderBy: 'CREATED' });
    expect(errors?.[0]?.extensions?.code).toBe('INPUT_INVALID');
  });
});

test('the total is counted only when it is asked for', async () => {
  const statements: string[] = [];
  const { database } = server.zoo;
  const query = database.query.bind(database);
  database.query = ((sql: string, parameters?: unknown[]) => {
    statements.push(sql);
    return query(sql, parameters);
  }) as typeof database.query;
  try {
    await server.graphql(`{ models(first: 2) { nodes { name } } }`);
    expect(statements.filter((sql) => sql.includes('count(*)'))).toEqual([]);
    await server.graphql(`{ models(first: 2) { totalCount } }`);
    expect(statements.filter((sql) => sql.includes('count(*)'))).toHaveLength(1);
  } finally {
    database.query = query as typeof database.query;
  }
});

test('a page of models with owners, versions, metrics and aliases takes a handful of statements, not some per row', async () => {
  let statements = 0;
  const { database } = server.zoo;
  const query = database.query.bind(database);
  database.query = ((sql: string, parameters?: unknown[]) => {
    statements += 1;
    return query(sql, parameters);
  }) as typeof database.query;
  try {
    await server.graphql(
      `{ models(first: 50) { nodes { owner { name } card aliases { name } latestVersion { metrics { name } files { path } parents { relation } model { name } } } } }`,
    );
    expect(statements).toBeLessThanOrEqual(12);
  } finally {
    database.query = query as typeof database.query;
  }
});
