import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.js';
import { emptyFolder, runZoo, startZoo } from './run-zoo.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('zoo login', () => {
  it('refuses what cannot be a token before anything is sent, and names itself where one is missing', async () => {
    const environment = { XDG_CONFIG_HOME: emptyFolder() };
    const pasted = await runZoo(['login', '--url', server.url], { environment, input: 'zoo_one zoo_two\n' });
    expect(pasted).toMatchObject({ code: 2, stdout: '' });
    expect(pasted.stderr).toMatch(/^USAGE: The token .* as one word/);
    const without = await runZoo(['import-starters', '--url', server.url], { environment });
    expect(without.code).toBe(5);
    expect(without.stderr).toContain('`zoo login`');
  });

  it('keeps a token that its server knows, readable by its owner only, and later commands use it', async () => {
    const environment = { XDG_CONFIG_HOME: emptyFolder() };
    const input = `${server.adminToken}\n`;
    const login = await runZoo(['login', '--url', server.url], { environment, input });
    expect(login).toMatchObject({
      code: 0,
      stdout: `Logged in to ${server.url} as admin (read, write, launch, admin).\n`,
    });

    const file = join(environment.XDG_CONFIG_HOME, 'model-zoo', 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(server.url);

    const jobs = await runZoo(['jobs', '--json'], { environment });
    expect(jobs).toMatchObject({ code: 0, stdout: '{"totalCount":0,"nodes":[]}\n' });
  });

  it('refuses a token that the server does not know, and keeps nothing', async () => {
    const environment = { XDG_CONFIG_HOME: emptyFolder() };
    const login = await runZoo(['login', '--url', server.url, '--token', 'zoo_wrong'], { environment });
    expect(login.code).toBe(5);
    expect(login.stderr).toMatch(/^UNAUTHENTICATED: /);
    expect(existsSync(join(environment.XDG_CONFIG_HOME, 'model-zoo'))).toBe(false);
  });

  it('sends a kept token to its own server only', async () => {
    const environment = { XDG_CONFIG_HOME: emptyFolder() };
    await runZoo(['login', '--url', server.url, '--token', server.adminToken], { environment });
    const seen: (string | undefined)[] = [];
    const stranger = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"data":{"jobs":{"totalCount":0,"nodes":[]}}}');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    await runZoo(['jobs', '--url', url], { environment });
    stranger.close();
    expect(seen).toEqual([undefined]);
  });
});

describe('exit codes', () => {
  const environment = () => ({ ZOO_URL: server.url });

  it.each([
    { what: 'help', args: ['--help'], code: 0 },
    { what: 'an unknown command', args: ['frobnicate'], code: 2 },
    { what: 'a missing argument', args: ['show'], code: 2 },
    { what: 'what is no reference', args: ['show', 'Not A Reference'], code: 2 },
    { what: 'what is not there', args: ['show', 'nobody/nothing'], code: 3 },
    { what: 'no token', args: ['import-starters', '--only', 'mobilenet-v2'], code: 5 },
    { what: 'no server', args: ['search', '--url', 'http://127.0.0.1:9'], code: 8 },
  ])('$code for $what', async ({ args, code }) => {
    const ended = await runZoo(args, { environment: environment() });
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });

  it('gives errors as one line of JSON with --json, and the place with --verbose', async () => {
    const json = await runZoo(['show', 'nobody/nothing', '--json'], { environment: environment() });
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(json.stdout).toBe('');
    const verbose = await runZoo(['show', 'nobody/nothing', '--verbose'], { environment: environment() });
    expect(verbose.stderr).toMatch(/^\s+at /m);
  });

  it('names a URL that leads to something else', async () => {
    const other = createServer((_request, response) => response.end('<html>hello</html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const ended = await runZoo(['search'], { environment: { ZOO_URL: url } });
    other.close();
    expect(ended.stderr).toMatch(/^SERVER_ANSWER_UNEXPECTED: .*Is the URL right\?/);
  });
});

describe('a server that means harm', () => {
  it('cannot make `zoo pull` write outside of its folder, and nothing else is pulled either', async () => {
    const version = {
      id: 'x',
      number: 1,
      parameterCount: 1,
      sizeBytes: 1,
      digest: '',
      notes: '',
      createdAt: '2026-01-01T00:00:00.000Z',
      files: [
        { path: 'model.json', sha256: '0'.repeat(64), sizeBytes: 1, url: '/x' },
        { path: 'a/../../escaped.txt', sha256: '0'.repeat(64), sizeBytes: 1, url: '/x' },
      ],
      manifest: {},
      evaluation: null,
      parents: [],
      reports: [],
    };
    const model = {
      id: 'm',
      owner: { name: 'a' },
      name: 'b',
      aliases: [],
      versions: { totalCount: 1 },
      version,
    };
    const hostile = createServer((_request, response) => response.end(JSON.stringify({ data: { model } })));
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
    const outer = emptyFolder();
    const ended = await runZoo(['pull', 'a/b', join(outer, 'inner')], { environment: { ZOO_URL: url } });
    hostile.close();
    expect(ended.stderr).toMatch(/^PATH_REFUSED: /);
    expect(ended.code).toBe(4);
    expect(readdirSync(outer)).toEqual([]);
  });
});

it('ends in peace when the reader of its output closes the pipe early', async () => {
  const environment = { ZOO_URL: server.url, ZOO_TOKEN: server.adminToken };
  const { child } = startZoo(['jobs', '--json'], { environment });
  child.stdout.destroy();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
