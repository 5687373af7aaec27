import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { toNodeId } from '../../src/schema/node-id.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { announcedStrategy, announceWorker, type AnnouncedWorker } from '../jobs/announced-worker.js';
import { queueTestJob } from '../jobs/support.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { runZoo, startZoo } from './run-zoo.js';

let server: TestServer;
let worker: AnnouncedWorker;
let principal: Principal;
let environment: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  worker = await announceWorker(server.zoo, [
    announcedStrategy(),
    announcedStrategy({ version: '1.1.0', digest: 'b'.repeat(64) }),
  ]);
  const { id, token } = await server.signUp('ada');
  environment = { ZOO_URL: server.url, ZOO_TOKEN: token };
  const rowId = Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
  principal = {
    account: { id: rowId, name: 'ada', role: 'MEMBER' },
    scopes: new Set(['read', 'write', 'launch']),
  };
});
afterAll(async () => {
  await worker.leave();
  await server.close();
});

const zoo = (...args: string[]) => runZoo(args, { environment });

describe('zoo strategies', () => {
  test('lists what can be launched, with where it comes from and who can run it', async () => {
    const { code, stdout } = await zoo('strategies');
    expect(code).toBe(0);
    const rows = stdout.trim().split('\n');
    expect(rows[0]).toMatch(/^STRATEGY\s+VERSION\s+FROM\s+WORKERS\s+ESTIMATED\s+SUMMARY$/);
    expect(rows.map((row) => row.split(/\s{2,}/).slice(0, 5))).toEqual(
      expect.arrayContaining([
        ['full-retraining', '1.0.0', 'Model Zoo', '0', 'yes'],
        ['prototypes', '1.2.0', 'zoo-prototypes 1.2.0', '1', 'no'],
      ]),
    );
  });

  test('shows one with its parameters, the advanced ones last', async () => {
    const { code, stdout } = await zoo('strategies', 'prototypes');
    expect(code).toBe(0);
    expect(stdout).toContain('prototypes 1.2.0\nThe nearest class prototype.\n');
    expect(stdout).toContain('1.1.0 (digest bbbbbbbbbbbb)');
    expect(stdout).toMatch(/^ {2}advice +not estimated: it comes last$/m);
    expect(stdout.slice(stdout.indexOf('\nParameters'))).toBe(
      [
        '',
        'Parameters',
        '  metric: euclidean or cosine; default "cosine"',
        '      how far is far',
        '  neighbours: a whole number from 1 to 50',
        '      how many',
        '  layers: a list, each entry text of at least 1 character; default []',
        '      which',
        '',
        'Output, advanced',
        '  temperature: a number from 0.01 to 100 (logits); default 1',
        '      how sure',
        '',
      ].join('\n'),
    );
  });

  test('prints JSON for programs, in the version that is named', async () => {
    const { stdout } = await zoo('strategies', 'prototypes@1.1.0', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      version: '1.1.0',
      source: 'PACKAGE',
      package: { digest: 'b'.repeat(64) },
      parameters: [
        { name: 'metric', accepts: 'euclidean or cosine', default: 'cosine', advanced: false },
        { name: 'temperature', unit: 'logits', group: 'Output', advanced: true },
        { name: 'neighbours' },
        { name: 'layers' },
      ],
    });
  });

  test('says what there is where there is no such strategy or version', async () => {
    const unknown = await zoo('strategies', 'prototype');
    expect(unknown).toMatchObject({ code: 3 });
    expect(unknown.stderr).toContain(
      'feature-extraction-svm, full-retraining, partial-fine-tuning, prototypes',
    );
    expect((await zoo('strategies', 'prototypes@2.0.0')).stderr).toContain('there are: 1.2.0, 1.1.0');
    expect(await zoo('strategies', 'a/b')).toMatchObject({ code: 2 });
  });
});

test('zoo watch and zoo jobs say what a job waits for', async () => {
  const rowId = await queueTestJob(server.zoo, principal);
  await executeSql(
    server.zoo.database,
    `UPDATE jobs SET kind = 'FINE_TUNE', strategy = 'prototypes', strategy_version = '1.0.0',
            strategy_package = 'zoo-prototypes', strategy_package_version = '1.0.3', strategy_digest = $2 WHERE id = $1`,
    [rowId, 'c'.repeat(64)],
  );
  await executeSql(
    server.zoo.database,
    `WITH job AS (UPDATE jobs SET last_event_seq = 1 WHERE id = $1 RETURNING id)
     INSERT INTO job_events (job_id, seq, fence, type, payload) SELECT id, 1, 0, 'state', '{"state": "QUEUED"}' FROM job`,
    [rowId],
  );
  const waiting =
    'No worker that is alive has prototypes 1.0.0 of zoo-prototypes 1.0.3 (digest cccccccccccc).';
  const { child, ended } = startZoo(['watch', toNodeId('Job', rowId)], { environment });
  let said = '';
  while (!said.includes('Waiting: ')) {
    const [chunk] = (await once(child.stderr, 'data')) as [Buffer];
    said += chunk.toString();
  }
  expect(said).toContain(`Waiting: ${waiting}`);
  expect((await zoo('jobs', '--json')).stdout).toContain(waiting);
  await cancelJob(server.zoo, principal, rowId);
  expect(await ended).toMatchObject({ code: 7 });
});
