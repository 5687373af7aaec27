import { Server } from 'node:http';
import { connect, type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { startTestServer, type TestServer } from '../support/server.js';

const running: TestServer[] = [];
async function start(environment = {}): Promise<TestServer> {
  const server = await startTestServer(environment);
  running.push(server);
  return server;
}
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

test('is alive, and ready while database and store answer', async () => {
  const server = await start();
  expect(await (await fetch(`${server.url}/health/live`)).json()).toEqual({ status: 'ok' });
  const ready = await fetch(`${server.url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', database: 'ok', store: 'ok' }]);
});

test('is alive but not ready when the database is gone, and says which part it is', async () => {
  const server = await start();
  await server.zoo.database.destroy();
  const ready = await fetch(`${server.url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'unavailable', database: 'unavailable', store: 'ok' },
  ]);
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
});

test('listens on this machine only unless told otherwise', async () => {
  const server = await start();
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
  const refused = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.2', port: Number(new URL(server.url).port) });
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
  });
  expect(refused).toBe(true);
});

test('says so when its port is in use', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as AddressInfo;
  await expect(startTestServer({ ZOO_PORT: String(port) })).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringContaining(`Port ${port}`) as string,
  });
  holder.close();
});

test('keeps an idle connection for longer than the minute after which proxies give theirs up', async () => {
  const server = await start();
  const { headers } = await fetch(`${server.url}/health/live`);
  const seconds = Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1]);
  expect(seconds).toBeGreaterThan(60);
});

test('lets a running request end when it stops, waits for no idle connection, and says goodbye to open sockets', async () => {
  const waitedInVain = vi.spyOn(Server.prototype, 'closeAllConnections');
  const server = await startTestServer();
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  const goodbye = new Promise<number>((resolve) => socket.once('close', resolve));
  const { database } = server.zoo;
  const query = database.query.bind(database);
  let arrived: () => void = () => undefined;
  const isRunning = new Promise<void>((resolve) => (arrived = resolve));
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  database.query = (async (sql: string, parameters?: unknown[]) => {
    if (sql.includes('FROM models')) {
      arrived();
      await held;
    }
    return query(sql, parameters);
  }) as typeof database.query;
  const answer = server.graphql(`{ models { totalCount } }`);
  await isRunning;
  const closed = server.close();
  expect(await goodbye).toBe(1001);
  await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  goOn();
  expect((await answer).data).toEqual({ models: { totalCount: 0 } });
  await closed;
  // The client keeps the connection that the answer came on.
  expect(waitedInVain).not.toHaveBeenCalled();
  waitedInVain.mockRestore();
});

test.each(['//[', 'http://', '/elsewhere'])(
  'an upgrade of the address %s, by a client that is gone at once, ends that connection and nothing else',
  async (address) => {
    const server = await start();
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const answer: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => {
      answer.push(bytes);
      socket.resetAndDestroy();
    });
    socket.write(`GET ${address} HTTP/1.1\r\nHost: zoo\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await ended;
    expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 404 /);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  },
);

test('a page of another site cannot open a WebSocket, a page of ours and a program can', async () => {
  const server = await start();
  const open = (headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const address = `${server.url.replace('http', 'ws')}/graphql`;
      const socket = new WebSocket(address, 'graphql-transport-ws', { headers });
      socket.once('open', () => (resolve('open'), socket.terminate()));
      socket.once('error', (error) => resolve(error.message));
    });
  expect(await open({ Origin: 'https://elsewhere.example' })).toContain('403');
  expect(await open({ Origin: 'null' })).toContain('403');
  expect(await open({ Origin: server.url })).toBe('open');
  expect(await open({})).toBe('open');
});
