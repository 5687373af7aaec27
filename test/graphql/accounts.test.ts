import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.close();
});

const viewer = `{ viewer { account { id name kind } role scopes tokens { name prefix scopes revokedAt } } }`;

test('the token of the first start acts as the admin', async () => {
  const { data, errors } = await server.graphql<{ viewer: { role: string; account: { name: string } } }>(
    viewer,
  );
  expect(errors).toBeUndefined();
  expect(data?.viewer).toMatchObject({ role: 'ADMIN', account: { name: 'admin', kind: 'USER' } });
});

test('without a token there is no viewer, and a bad token is refused rather than ignored', async () => {
  expect((await server.graphql(viewer, {}, null)).data).toEqual({ viewer: null });
  const refused = await server.graphql(viewer, {}, 'zoo_nonsense');
  expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});
