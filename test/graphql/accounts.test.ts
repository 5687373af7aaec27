import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureAdmin } from '../../src/zoo/access/ensure-admin.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.close();
});

let count = 0;
let member: { name: string; token: string };
beforeEach(async () => {
  count += 1;
  const name = `member-${count}`;
  member = { name, token: (await server.signUp(name)).token };
});

interface Made {
  made: { code?: string; text?: string; token?: { id: string }; account?: { id: string; name: string } };
}

const createToken = `mutation ($input: CreateApiTokenInput!) { made: createApiToken(input: $input) {
  ... on CreateApiTokenPayload { text token { id prefix scopes expiresAt } } ... on Failure { code problems { path } } } }`;
const createAccount = `mutation ($input: CreateAccountInput!) { made: createAccount(input: $input) {
  ... on CreateAccountPayload { account { id name kind } } ... on Failure { code problems { path } } } }`;
const revoke = `mutation ($id: ID!) { made: revokeApiToken(input: { tokenId: $id }) {
  ... on RevokeApiTokenPayload { token { id revokedAt } } ... on Failure { code } } }`;
const createModel = `mutation ($input: CreateModelInput!) { made: createModel(input: $input) {
  ... on CreateModelPayload { model { id owner { name } } } ... on Failure { code message } } }`;

async function ask(
  query: string,
  input: Record<string, unknown>,
  token?: string | null,
): Promise<Made['made']> {
  const { data, errors } = await server.graphql<Made>(query, { input }, token);
  expect(errors).toBeUndefined();
  return data?.made as Made['made'];
}

describe('tokens', () => {
  test('act as their account from the moment they are made, and show what they are', async () => {
    const made = await ask(createToken, { name: 'laptop', scopes: ['WRITE'] }, member.token);
    expect(made.text).toMatch(/^zoo_[A-Za-z0-9_-]{43}$/);
    expect(made.token).toMatchObject({
      prefix: made.text?.slice(0, 8),
      scopes: ['READ', 'WRITE'],
      expiresAt: null,
    });
    const { data } = await server.graphql(
      `{ viewer { account { name } role scopes tokens { name } } }`,
      {},
      made.text,
    );
    expect(data).toEqual({
      viewer: {
        account: { name: member.name },
        role: 'MEMBER',
        scopes: ['READ', 'WRITE'],
        tokens: [{ name: 'laptop' }, { name: 'test' }],
      },
    });
  });

  test('are kept as digests only', async () => {
    const made = await ask(createToken, { name: 'secret', scopes: ['READ'] }, member.token);
    const rows = await server.zoo.database.query(`SELECT * FROM api_tokens`);
    const notes = await server.zoo.database.query(`SELECT * FROM audit_events`);
    expect(JSON.stringify([rows, notes])).not.toContain(made.text);
  });

  test('grant no more than the one they were made with has', async () => {
    const reading = await ask(createToken, { name: 'reading', scopes: ['READ'] }, member.token);
    expect(await ask(createToken, { name: 'more', scopes: ['WRITE'] }, reading.text)).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await ask(createToken, { name: 'all', scopes: ['ADMIN'] }, member.token)).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await ask(createModel, { name: 'x' }, reading.text)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('are made for others by admins only, and for nobody by the name of an organization', async () => {
    expect(
      await ask(createToken, { name: 'a', scopes: ['READ'], account: 'admin' }, member.token),
    ).toMatchObject({
      code: 'FORBIDDEN',
    });
    await ask(createAccount, { name: `org-${count}`, kind: 'ORGANIZATION' });
    expect(await ask(createToken, { name: 'a', scopes: ['READ'], account: `org-${count}` })).toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  test('stop working when they are revoked, once and again', async () => {
    const made = await ask(createToken, { name: 'lost', scopes: ['READ'] }, member.token);
    const id = made.token?.id;
    const { data: first } = await server.graphql<Made>(revoke, { id }, member.token);
    const { data: second } = await server.graphql<Made>(revoke, { id }, member.token);
    expect(first).toEqual(second);
    const { errors } = await server.graphql(`{ viewer { role } }`, {}, made.text);
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  test('stop working when their time is over, and cannot be made for the past', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const made = await ask(createToken, { name: 'short', scopes: ['READ'], expiresAt }, member.token);
    expect((await server.graphql(`{ viewer { role } }`, {}, made.text)).errors).toBeUndefined();
    await server.zoo.database.query(`UPDATE api_tokens SET expires_at = now() WHERE name = 'short'`);
    expect((await server.graphql(`{ viewer { role } }`, {}, made.text)).errors).toHaveLength(1);
    const past = { name: 'past', scopes: ['READ'], expiresAt: '2020-01-01T00:00:00Z' };
    expect(await ask(createToken, past, member.token)).toMatchObject({ problems: [{ path: 'expiresAt' }] });
  });

  test('made with one that ends do not outlast it', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const short = await ask(createToken, { name: 'short', scopes: ['READ'], expiresAt }, member.token);
    const heir = await ask(createToken, { name: 'heir', scopes: ['READ'] }, short.text);
    expect(heir.token).toMatchObject({ expiresAt });
    const later = new Date(Date.now() + 7_200_000).toISOString();
    const longer = { name: 'longer', scopes: ['READ'], expiresAt: later };
    expect(await ask(createToken, longer, short.text)).toMatchObject({ code: 'FORBIDDEN' });
    const sooner = new Date(Date.now() + 60_000).toISOString();
    const shorter = await ask(createToken, { ...longer, expiresAt: sooner }, short.text);
    expect(shorter.token).toMatchObject({ expiresAt: sooner });
  });

  test('for reading cannot revoke one for writing, only the other way round', async () => {
    const reader = await ask(createToken, { name: 'reader', scopes: ['READ'] }, member.token);
    const writer = await ask(createToken, { name: 'writer', scopes: ['WRITE'] }, member.token);
    const { data: refused } = await server.graphql<Made>(revoke, { id: writer.token?.id }, reader.text);
    expect(refused?.made.code).toBe('FORBIDDEN');
    expect((await server.graphql(`{ viewer { role } }`, {}, writer.text)).errors).toBeUndefined();
    const { data: done } = await server.graphql<Made>(revoke, { id: reader.token?.id }, writer.text);
    expect(done?.made.token).toMatchObject({ id: reader.token?.id });
  });

  test('of others can neither be seen nor revoked', async () => {
    const made = await ask(createToken, { name: 'mine', scopes: ['READ'] });
    const { data } = await server.graphql<Made>(revoke, { id: made.token?.id }, member.token);
    expect(data?.made.code).toBe('NOT_FOUND');
    const { data: seen } = await server.graphql(
      `query ($id: ID!) { node(id: $id) { id } }`,
      { id: made.token?.id },
      member.token,
    );
    expect(seen).toEqual({ node: null });
  });

  test.each(['zoo_nonsense', '', 'a b'])(
    'that are not good are refused, never taken for nobody: %j',
    async (token) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: '{ viewer { role } }' }),
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    },
  );
});

describe('accounts', () => {
  test('are made by admins, under names that are free', async () => {
    expect(await ask(createAccount, { name: 'someone' }, member.token)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await ask(createAccount, { name: 'someone' }, null)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await ask(createAccount, { name: member.name })).toMatchObject({ code: 'NAME_TAKEN' });
    expect(await ask(createAccount, { name: 'Not OK' })).toMatchObject({ problems: [{ path: 'name' }] });
  });

  test('are made once for one idempotency key', async () => {
    const input = { name: `again-${count}`, idempotencyKey: 'k' };
    const first = await ask(createAccount, input);
    expect(await ask(createAccount, input)).toEqual(first);
    expect(await ask(createAccount, { ...input, name: 'other' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('create under their own name; admins under any that exists', async () => {
    expect(await ask(createModel, { name: 'mine' }, member.token)).toMatchObject({
      model: { owner: { name: member.name } },
    });
    expect(await ask(createModel, { name: 'theirs', owner: 'admin' }, member.token)).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await ask(createModel, { name: 'given', owner: member.name })).toMatchObject({
      model: { owner: { name: member.name } },
    });
    expect(await ask(createModel, { name: 'lost', owner: 'nobody-there' })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('the first start', () => {
  test('gives a token once', async () => {
    expect(server.adminToken).toMatch(/^zoo_/);
    expect(await ensureAdmin(server.zoo)).toMatchObject({ token: undefined });
  });

  test('lets the configured token in, and an earlier configured one no more', async () => {
    const withToken = (adminToken: string) => ({
      ...server.zoo,
      config: { ...server.zoo.config, access: { ...server.zoo.config.access, adminToken } },
    });
    const [one, two] = ['1'.repeat(40), '2'.repeat(40)] as const;
    const works = async (token: string) =>
      (await server.graphql(`{ viewer { role } }`, {}, token)).errors === undefined;
    await ensureAdmin(withToken(one));
    expect(await works(one)).toBe(true);
    await ensureAdmin(withToken(two));
    expect([await works(one), await works(two), await works(server.adminToken)]).toEqual([false, true, true]);
    await ensureAdmin(withToken(one));
    expect([await works(one), await works(two)]).toEqual([true, false]);
  });

  test('of two servers at once on one database makes one admin and one token', async () => {
    const other = await startTestServer();
    try {
      await other.zoo.database.query('TRUNCATE accounts CASCADE');
      const both = await Promise.all([ensureAdmin(other.zoo), ensureAdmin(other.zoo)]);
      expect(both.filter(({ token }) => token !== undefined)).toHaveLength(1);
      expect(both[0].account.id).toBe(both[1].account.id);
    } finally {
      await other.close();
    }
  });
});
