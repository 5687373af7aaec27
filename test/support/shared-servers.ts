import { createServer, connect } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { PostgresServer } from './postgres-server.js';
import { startS3Server, type S3Server } from './s3-servers.js';

/**
 * Servers that all test files share. Each is started when the first test asks for it and stopped after the last,
 * so a run that needs none waits for none. To add one: a line in `Servers` and one in `starters`.
 */
export interface Servers {
  postgres: PostgresServer;
  /** A data folder with a migrated embedded database in it, to be copied. */
  embedded: { dataDirectory: string };
  minio: S3Server;
  versitygw: S3Server;
}

type Starters = { [Name in keyof Servers]: () => Promise<{ server: Servers[Name]; stop(): Promise<void> }> };

const starters: Starters = {
  // Imported when needed: a run that asks for no database loads none of its code.
  postgres: async () => (await import('./postgres-server.js')).startPostgres(),
  embedded: async () => (await import('./embedded-template.js')).prepareEmbedded(),
  minio: () => startS3Server('minio'),
  versitygw: () => startS3Server('versitygw'),
};

/** Asks, from a test file, for a shared server; starts it if this is the first to ask. */
export async function sharedServer<Name extends keyof Servers>(name: Name): Promise<Servers[Name]> {
  const path = process.env.ZOO_TEST_SERVERS;
  if (path === undefined) throw new Error('The tests run without test/support/global-setup.ts.');
  const socket = connect(path);
  await once(socket, 'connect');
  socket.write(name);
  const answer = JSON.parse(await text(socket)) as { server: Servers[Name] } | { problem: string };
  if ('problem' in answer) throw new Error(`No ${name} for the tests: ${answer.problem}`);
  return answer.server;
}

async function startServer(name: keyof Servers): Promise<{ server: unknown; stop(): Promise<void> }> {
  return starters[name]();
}

/**
 * Listens for `sharedServer` of the test files, in the process that outlives them all.
 *
 * @returns what stops every server that was started.
 */
export async function listenForTests(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-tests-'));
  const started = new Map<string, Promise<{ server: unknown; stop(): Promise<void> }>>();
  const listener = createServer((socket) => {
    void (async () => {
      // Not text(socket): reading to the end that way closes the socket for writing too.
      const [request] = (await once(socket, 'data')) as [Buffer];
      const name = request.toString() as keyof Servers;
      const starting = started.get(name) ?? startServer(name);
      started.set(name, starting);
      const answer = await starting.then(
        ({ server }) => ({ server }),
        (error: Error) => ({ problem: error.message }),
      );
      socket.end(JSON.stringify(answer));
    })();
  });
  process.env.ZOO_TEST_SERVERS = join(folder, 'servers');
  listener.listen(process.env.ZOO_TEST_SERVERS);
  await once(listener, 'listening');
  return async () => {
    listener.close();
    const running = await Promise.allSettled(started.values());
    await Promise.all(running.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
    await rm(folder, { recursive: true, force: true });
  };
}
