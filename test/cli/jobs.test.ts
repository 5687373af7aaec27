import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendStateEvent } from '../../src/jobs/events/job-events.js';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { toNodeId } from '../../src/schema/node-id.js';
import { publishTestModel, tinyNetwork } from '../jobs/real-work.js';
import { queueTestJob } from '../jobs/support.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { startCuttingProxy } from './cutting-proxy.js';
import { emptyFolder, runZoo, startZoo, type Ended } from './run-zoo.js';

let server: TestServer;
let worker: RunningWorker;
let principal: Principal;
let environment: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  worker = await runWorker(server.zoo);
  const { id, token } = await server.signUp('ada');
  environment = { ZOO_URL: server.url, ZOO_TOKEN: token };
  const rowId = Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
  principal = {
    account: { id: rowId, name: 'ada', role: 'MEMBER' },
    scopes: new Set(['read', 'write', 'launch']),
  };
  await publishTestModel(server.zoo, principal, 'tiny', await tinyNetwork());
});
afterAll(async () => {
  await worker.stop();
  await server.close();
});

const zoo = (...args: string[]) => runZoo(args, { environment });

/** JSON lines on standard output. */
const lines = (ended: Ended) =>
  ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Pictures of two colours, in class folders, with one file that is no picture. */
async function colourFolder(): Promise<string> {
  const folder = emptyFolder();
  for (const [label, red] of [
    ['red', 230],
    ['blue', 20],
  ] as const) {
    mkdirSync(join(folder, label));
    for (let index = 0; index < 20; index++) {
      const background = { r: red, g: (index * 12) % 250, b: 250 - red };
      const picture = sharp({ create: { width: 32 + index, height: 32, channels: 3, background } });
      writeFileSync(join(folder, label, `${index}.png`), await picture.png().toBuffer());
    }
  }
  writeFileSync(join(folder, 'red', 'broken.png'), 'no picture');
  writeFileSync(join(folder, 'README.md'), '---\nlicense: cc0-1.0\n---\n\n# Colours\n');
  return folder;
}

describe('from pictures to a published model', () => {
  it('pushes pictures, shows what was left out, adapts a model and shows where it came from', async () => {
    const pushed = await zoo('dataset', 'push', await colourFolder(), 'ada/colours', '--json');
    expect(pushed.code, pushed.stderr).toBe(0);
    expect(lines(pushed).at(-1)).toMatchObject({
      owner: 'ada',
      name: 'colours',
      version: 1,
      imageCount: 40,
    });

    const shown = await zoo('dataset', 'show', 'ada/colours');
    expect(shown.stdout).toContain('cc0-1.0');
    expect(shown.stdout).toMatch(/red\/broken\.png: IMAGE_/);
    expect(shown.stdout).toMatch(/^red +\d+ +\d+ +\d+$/m);
    expect((await zoo('search', '--datasets')).stdout).toMatch(/^ada\/colours +1 +cc0-1\.0 +2 +40/m);

    const flags = [
      '--base',
      'ada/tiny',
      '--dataset',
      'ada/colours',
      '--name',
      'ada/adapted',
      '--set',
      'C=1',
      '--seed',
      '7',
    ];
    const tuned = await zoo('fine-tune', ...flags, '--json');
    expect(tuned.code, tuned.stderr).toBe(0);
    const events = lines(tuned);
    expect(events.at(-1)).toMatchObject({ result: 'ada/adapted@1', evaluation: { split: 'test' } });
    expect(events.some((event) => event['__typename'] === 'JobProgressEvent')).toBe(true);

    const model = await zoo('show', 'ada/adapted');
    expect(model.stdout).toContain('finetune of ada/tiny@1 on ada/colours@1 by feature-extraction-svm 1.0.0');
    expect(model.stdout).toMatch(/Accuracy \d/);
    expect((await zoo('jobs')).stdout).toMatch(/COMPLETED +feature-extraction-svm → ada\/adapted/);
  });

  it.each([
    ['a file of something else', 'pictures.zip', 'ARCHIVE_UNREADABLE'],
    ['a folder without pictures', undefined, 'DATASET_LAYOUT_UNKNOWN'],
  ])('leaves no empty data set behind when it refuses %s', async (_name, file, code) => {
    const folder = emptyFolder();
    writeFileSync(join(folder, file ?? 'readme.txt'), 'not a picture');
    const refused = await zoo(
      'dataset',
      'push',
      file === undefined ? folder : join(folder, file),
      'ada/refused',
    );
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain(`${code}: `);
    expect((await zoo('dataset', 'show', 'ada/refused')).code).toBe(3);
  });

  it('says every reason at once why a fine-tune cannot run, and launches nothing', async () => {
    const before = (JSON.parse((await zoo('jobs', '--json')).stdout) as { totalCount: number }).totalCount;
    const flags = ['--base', 'ada/tiny', '--dataset', 'ada/colours', '--name', 'ada/never'];
    const refused = await zoo('fine-tune', ...flags, '--set', 'C=-1', '--set', 'folds=1');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/^STRATEGY_PARAMETERS_INVALID: /);
    expect(refused.stderr).toMatch(/C is -1; .* accepts a number/);
    expect(refused.stderr).toMatch(/folds is 1; .* from 2 to 20/);
    const after = (JSON.parse((await zoo('jobs', '--json')).stdout) as { totalCount: number }).totalCount;
    expect(after).toBe(before);
  });
});

describe('following a job', () => {
  /** A job whose archive does not exist: the worker finds that out, and the job fails. */
  const failingJob = async () => toNodeId('Job', await queueTestJob(server.zoo, principal));

  it('ends as the job ends: 6 where it failed, with the reason', async () => {
    const jobId = await failingJob();
    const watched = await zoo('watch', jobId);
    expect(watched.code).toBe(6);
    expect(watched.stderr).toContain('The job is FAILED.');
  });

  it('sees the same events over a WebSocket and, where there is none, by polling', async () => {
    const jobId = await failingJob();
    const proxy = await startCuttingProxy(server.url, { webSockets: false });
    const [live, polled] = await Promise.all([
      zoo('watch', jobId, '--json'),
      runZoo(['watch', jobId, '--json'], { environment: { ...environment, ZOO_URL: proxy.url } }),
    ]);
    expect(proxy.cuts).toBeGreaterThan(0);
    await proxy.close();
    expect(lines(polled)).toEqual(lines(live));
    expect(lines(live).map((event) => event['seq'])).toEqual(lines(live).map((_, index) => index + 1));
    expect([live.code, polled.code]).toEqual([6, 6]);
  });

  it('is not found for whoever may not see it', async () => {
    const grace = await server.signUp('grace');
    const watched = await runZoo(['watch', await failingJob()], {
      environment: { ...environment, ZOO_TOKEN: grace.token },
    });
    expect(watched).toMatchObject({ code: 3, stderr: expect.stringMatching(/^NOT_FOUND: /) as string });
  });
});

describe('with no worker', () => {
  let idle: TestServer;
  let idleEnvironment: Record<string, string>;
  let jobId: string;

  beforeAll(async () => {
    idle = await startTestServer();
    idleEnvironment = { ZOO_URL: idle.url, ZOO_TOKEN: idle.adminToken };
    const [{ id } = { id: '' }]: { id: string }[] = await idle.zoo.database.query(
      `SELECT id FROM accounts WHERE name = 'admin'`,
    );
    const admin: Principal = { account: { id, name: 'admin', role: 'ADMIN' }, scopes: new Set(['admin']) };
    const rowId = await queueTestJob(idle.zoo, admin);
    await idle.zoo.database.transaction((manager) => appendStateEvent(manager, rowId, 'QUEUED'));
    jobId = toNodeId('Job', rowId);
  });
  afterAll(() => idle.close());

  it('Ctrl-C stops following, says how to go on, and leaves the job alone', async () => {
    const { child, ended } = startZoo(['watch', jobId, '--json'], { environment: idleEnvironment });
    // The first event is there: it follows.
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const listed = await runZoo(['jobs', '--state', 'queued', '--json'], { environment: idleEnvironment });
    expect(JSON.parse(listed.stdout)).toMatchObject({
      totalCount: 1,
      nodes: [{ id: jobId, state: 'QUEUED' }],
    });
  });

  it('a cancelled job ends the following with 7', async () => {
    const { child, ended } = startZoo(['watch', jobId, '--json'], { environment: idleEnvironment });
    await once(child.stdout, 'data');
    const cancelled = await runZoo(['cancel', jobId], { environment: idleEnvironment });
    expect(cancelled).toMatchObject({ code: 0, stdout: `Job ${jobId} is cancelled.\n` });
    expect((await ended).code).toBe(7);
  });
});
