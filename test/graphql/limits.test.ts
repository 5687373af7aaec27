import { createClient, type Client } from 'graphql-ws';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { startTestServer, type Answer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.close();
});

function client(token: string | null = server.adminToken, lazy = true): Client {
  return createClient({
    lazy,
    onNonLazyError: () => undefined,
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: token === null ? {} : { authorization: `Bearer ${token}` },
  });
}

/** Asks one operation over a WebSocket; errors before execution come as the rejection. */
async function overWebSocket(query: string, token?: string | null): Promise<Answer<Record<string, unknown>>> {
  const connection = client(token);
  try {
    return await new Promise((resolve, reject) => {
      connection.subscribe(
        { query },
        {
          next: (result) => resolve(result as Answer<Record<string, unknown>>),
          error: (errors) => (Array.isArray(errors) ? resolve({ errors }) : reject(errors as Error)),
          complete: () => undefined,
        },
      );
    });
  } finally {
    await connection.dispose();
  }
}

const nested = (levels: number): string =>
  levels === 0 ? 'id' : `parents { parent { ${nested(levels - 1)} } }`;

const tooMuch: [string, string, RegExp][] = [
  ['levels', `{ models(first: 1) { nodes { latestVersion { ${nested(8)} } } } }`, /depth/],
  [
    'rows',
    `{ models(first: 100) { nodes { versions(first: 100) { nodes { children(first: 100) { nodes { child { id } } } } } } } }`,
    /cost/,
  ],
  [
    'rows where a variable’s default says how many',
    `query ($n: Int = 100) { models(first: $n) { nodes { versions(first: $n) { nodes { children(first: $n) { nodes { child { id } } } } } } } }`,
    /cost is 3030301/,
  ],
  [
    'walks through the lineage, one in another',
    `{ models(first: 1) { nodes { latestVersion { descendants { child { ancestors { parent { id } } } } } } } }`,
    /cost/,
  ],
  [
    'aliases',
    `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: viewer { role }`).join(' ')} }`,
    /aliases/,
  ],
  ['words', `{ viewer { ${'role '.repeat(2_100)} } }`, /token/i],
  [
    'rows by fragments that spread each other twice over',
    `query { models(first: 100) { nodes { ...f0 } } } ${Array.from(
      { length: 30 },
      (_, index) =>
        `fragment f${index} on Model { ${index === 29 ? 'owner { name }' : `...f${index + 1} ...f${index + 1}`} }`,
    ).join('\n')}`,
    /cost/,
  ],
];

describe.each([
  ['HTTP', (query: string) => server.graphql(query)],
  ['WebSocket', (query: string) => overWebSocket(query)],
])('over %s', (_transport, ask) => {
  test.each(tooMuch)(
    'an operation of too many %s is refused before it runs',
    async (_what, query, reason) => {
      const { data, errors } = await ask(query);
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.message).toMatch(reason);
    },
  );

  test('GraphiQL may introspect', async () => {
    const { data, errors } = await ask(getIntrospectionQuery({ inputValueDeprecation: true }));
    expect(errors).toBeUndefined();
    expect(data).toHaveProperty('__schema');
  });

  test('a page may have 100 rows and no more', async () => {
    expect((await ask(`{ models(first: 100) { nodes { name } } }`)).errors).toBeUndefined();
    const { errors } = await ask(`{ models(first: 101) { nodes { name } } }`);
    expect(errors?.[0]?.extensions?.code).toBe('INPUT_INVALID');
  });

  test.each(['search', 'owner', 'tags', 'baseModel'])(
    'a NUL character in filter.%s is a mistake',
    async (key) => {
      const { errors } = await ask(`{ models(filter: { ${key}: "a\\u0000/b" }) { totalCount } }`);
      expect(errors?.[0]?.extensions?.code).toBe('INPUT_INVALID');
    },
  );

  test('a mistake in the question is explained', async () => {
    const { errors } = await ask(`{ modles { name } }`);
    expect(errors?.[0]?.message).toMatch(/Did you mean "models"/);
    expect(errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('a fault of the server shows a request id and nothing else', async () => {
    const { database } = server.zoo;
    const query = database.query.bind(database);
    database.query = ((sql: string, parameters?: unknown[]) =>
      sql.includes('FROM models')
        ? Promise.reject(new Error('secret detail at /srv/zoo'))
        : query(sql, parameters)) as typeof database.query;
    try {
      const { errors } = await ask(`{ models { nodes { name } } }`);
      expect(errors).toHaveLength(1);
      expect(errors?.[0]?.extensions).toEqual({
        code: 'INTERNAL',
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(JSON.stringify(errors)).not.toContain('secret');
    } finally {
      database.query = query as typeof database.query;
    }
  });
});

describe('HTTP alone', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  test.each(['text/plain', 'application/x-www-form-urlencoded'])(
    'a request that any site could have a browser send (%s) is refused',
    async (type) => {
      const response = await post('{"query":"{ viewer { role } }"}', { 'content-type': type });
      expect(response.status).toBe(400);
      const forged = await fetch(`${server.url}/graphql?query={viewer{role}}`);
      expect(forged.status).toBe(400);
    },
  );

  test('several operations in one request are refused', async () => {
    expect((await post('[{"query":"{ viewer { role } }"},{"query":"{ viewer { role } }"}]')).status).toBe(
      400,
    );
  });

  test('a subscription is refused, with where it belongs', async () => {
    const { errors, data } = await server.graphql('subscription { jobEvents(jobId: "x") { cursor } }', {});
    expect(data).toBeFalsy();
    expect(errors?.[0]?.extensions?.code).toBe('SUBSCRIPTION_NEEDS_WEBSOCKET');
    expect(errors?.[0]?.message).toContain('graphql-transport-ws');
  });

  test('a mutation by GET is refused', async () => {
    const response = await fetch(
      `${server.url}/graphql?query=${encodeURIComponent('mutation { deleteModel(input: { modelId: "x" }) { __typename } }')}`,
      { headers: { 'apollo-require-preflight': '1', authorization: `Bearer ${server.adminToken}` } },
    );
    expect(response.status).toBe(405);
  });

  test('a body that is too large is refused with what to do', async () => {
    const response = await post(
      JSON.stringify({ query: '{ viewer { role } }', variables: { x: 'x'.repeat(1024 * 1024) } }),
    );
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_TOO_LARGE' } }] });
  });

  test('a body that is not JSON is refused', async () => {
    const response = await post('{ viewer }');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INPUT_INVALID' } }] });
  });

  test.each(['/models/a/b/resolve/1/%00', '/models/%00/b', '/?q=%00'])(
    'a NUL character in the address %s is a mistake',
    async (address) => {
      const response = await fetch(`${server.url}${address}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INPUT_INVALID' } }] });
    },
  );

  test('an unknown address says so', async () => {
    const response = await fetch(`${server.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('WebSocket alone', () => {
  test('a bad token is turned away', async () => {
    await expect(overWebSocket('{ viewer { role } }', 'zoo_nonsense')).rejects.toMatchObject({ code: 4403 });
  });

  test('the token decides who asks', async () => {
    expect((await overWebSocket('{ viewer { role } }')).data).toEqual({ viewer: { role: 'ADMIN' } });
    expect((await overWebSocket('{ viewer { role } }', null)).data).toEqual({ viewer: null });
  });

  test('a token that is revoked starts nothing more on an open connection', async () => {
    const { token } = await server.signUp('socketed');
    // Not lazy: it stays open between the two.
    const connection = client(token, false);
    const ask = () =>
      new Promise<Answer<unknown>>((resolve) => {
        connection.subscribe(
          { query: '{ viewer { account { name } } }' },
          {
            next: (result) => resolve(result as Answer<unknown>),
            error: (errors) => resolve({ errors: errors as [] }),
            complete: () => undefined,
          },
        );
      });
    expect((await ask()).data).toEqual({ viewer: { account: { name: 'socketed' } } });
    await server.zoo.database.query(
      `UPDATE api_tokens SET revoked_at = now() WHERE account_id = (SELECT id FROM accounts WHERE name = 'socketed')`,
    );
    expect((await ask()).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    await connection.dispose();
  });
});
