import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig, type Environment } from '../../src/config.js';
import { startServer } from '../../src/start-server.js';
import { ensureAdmin } from '../../src/zoo/access/ensure-admin.js';
import { openObjectStore } from '../../src/zoo/object-store/open-object-store.js';
import type { Zoo } from '../../src/zoo/zoo.js';
import { createTestDatabase } from './database.js';

export interface Answer<Data> {
  data?: Data | null;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions?: Record<string, unknown> & { code?: string };
  }[];
}

export interface TestServer {
  url: string;
  adminToken: string;
  zoo: Zoo;
  /** Speaks GraphQL over HTTP. `token` is the admin's by default; null asks without one. */
  graphql<Data = Record<string, unknown>>(
    query: string,
    variables?: Record<string, unknown>,
    token?: string | null,
  ): Promise<Answer<Data>>;
  /** Makes an account and a token for it. */
  signUp(name: string, scopes?: string[]): Promise<{ id: string; token: string }>;
  close(): Promise<void>;
}

/** A real server over HTTP on a fresh PostgreSQL database and a local store. Close it after the tests. */
export async function startTestServer(environment: Environment = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-server-'));
  const config = loadConfig({
    ZOO_DATA_DIR: folder,
    ZOO_PORT: '0',
    ZOO_LOG_LEVEL: 'silent',
    ZOO_MIN_FREE_DISK_BYTES: '0',
    ZOO_TRANSFER_PROFILES: 'false',
    ...environment,
  });
  const database = await createTestDatabase();
  const store = await openObjectStore(config);
  const zoo: Zoo = { config, database: database.dataSource, store, log: pino({ level: config.logLevel }) };
  const { token } = await ensureAdmin(zoo);
  const adminToken = token ?? environment['ZOO_ADMIN_TOKEN'] ?? '';
  const server = await startServer(zoo);

  const graphql: TestServer['graphql'] = async (query, variables = {}, as = adminToken) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer<never>;
  };

  return {
    url: server.url,
    adminToken,
    zoo,
    graphql,
    signUp: async (name, scopes = ['READ', 'WRITE', 'LAUNCH']) => {
      const account = await graphql<{ createAccount: { account: { id: string } } }>(
        `
          mutation ($name: String!) {
            createAccount(input: { name: $name }) {
              ... on CreateAccountPayload {
                account {
                  id
                }
              }
              ... on Failure {
                code
                message
              }
            }
          }
        `,
        { name },
      );
      const made = await graphql<{ createApiToken: { text: string } }>(
        `
          mutation ($name: String!, $scopes: [TokenScope!]!) {
            createApiToken(input: { name: "test", account: $name, scopes: $scopes }) {
              ... on CreateApiTokenPayload {
                text
              }
              ... on Failure {
                code
                message
              }
            }
          }
        `,
        { name, scopes },
      );
      const id = account.data?.createAccount.account.id;
      const text = made.data?.createApiToken.text;
      if (id === undefined || text === undefined) throw new Error(JSON.stringify([account, made]));
      return { id, token: text };
    },
    close: async () => {
      await server.close();
      await store.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
