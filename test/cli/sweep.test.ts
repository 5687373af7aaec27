import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { toNodeId } from '../../src/schema/node-id.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { insertTestAdvice } from '../jobs/insert-test-advice.js';
import { colourArchive, endOf, launchTestImport, publishTestModel, tinyNetwork } from '../jobs/real-work.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { runZoo } from './run-zoo.js';

let server: TestServer;
let worker: RunningWorker;
let environment: Record<string, string>;
let principal: Principal;
let baseVersionId: string;
let datasetVersionId: string;

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
  baseVersionId = await publishTestModel(server.zoo, principal, 'tiny', await tinyNetwork());
  const imported = await launchTestImport(server.zoo, principal, 'colours', await colourArchive());
  datasetVersionId = (await endOf(server.zoo, imported)).resultDatasetVersionId ?? '';
});
afterAll(async () => {
  await worker.stop();
  await server.close();
});

const zoo = (...args: string[]) => runZoo(args, { environment });

describe('zoo sweep', () => {
  it('tries each model with each strategy, follows it and shows what came of each', async () => {
    const swept = await zoo(
      'sweep',
      'ada/colours',
      '--models',
      'ada/tiny',
      '--strategies',
      'feature-extraction-svm:C=1,feature-extraction-svm:C=1:classifier=softmax',
      '--name',
      'ada/swept',
      '--publish',
      'all',
    );
    expect(swept.code, swept.stderr).toBe(0);
    expect(swept.stderr).toMatch(/candidate 1 of 2, feature-extraction-svm/);
    const lines = swept.stdout.split('\n');
    expect(lines.find((line) => line.includes('ada/swept@2'))).toMatch(
      /^ *\d +\d+\.\d % +\d+\.\d % \(\S+\) +best +.* ada\/tiny@1 feature-extraction-svm classifier=\w+ →/,
    );
    expect(lines.find((line) => line.includes('ada/swept@1'))).toMatch(/[±−+]\d+\.\d, p [=<] \d\.\d+: \w+ /);

    const shown = await zoo('show', 'ada/swept@1');
    expect(shown.stdout).toContain('finetune of ada/tiny@1 on ada/colours@1 by feature-extraction-svm 1.0.0');
  });

  it('says all that is wrong with any candidate, and launches nothing', async () => {
    const refused = await zoo(
      'sweep',
      'ada/colours',
      '--models',
      'ada/tiny',
      '--strategies',
      'feature-extraction-svm:C=-1,guessing,full-retraining:layer=nowhere',
      '--name',
      'ada/refused',
    );
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('SWEEP_INVALID');
    expect(refused.stderr).toMatch(/candidates\[0\]\.parameters\.C/);
    expect(refused.stderr).toMatch(/candidates\[1\]\.strategy/);
    expect(refused.stderr).toMatch(/candidates\[2\]\..*nowhere/);
    expect((await zoo('search')).stdout).not.toContain('ada/refused');
  });

  it('says which lines of an advice it left out and why, at the launch and below the table', async () => {
    const row = await insertTestAdvice(server.zoo, principal, datasetVersionId, [
      { baseVersionId, strategy: 'guessing' },
      { baseVersionId, strategy: 'feature-extraction-svm' },
    ]);
    const advice = toNodeId('Advice', row);
    const swept = await zoo(
      'sweep',
      'ada/colours',
      '--advice',
      advice,
      '--top',
      '1',
      '--name',
      'ada/swept-by-advice',
    );
    expect(swept.code, swept.stderr).toBe(0);
    const leftOut = /Line 1 of the advice was left out: .*guessing, was removed/;
    expect(swept.stderr).toMatch(leftOut);
    expect(swept.stdout).toMatch(leftOut);
    expect(swept.stdout).toContain('ada/tiny@1 feature-extraction-svm → ada/swept-by-advice@1');
  });

  it('refuses a number of lines without an advice', async () => {
    const refused = await zoo(
      'sweep',
      'ada/colours',
      '--models',
      'ada/tiny',
      '--strategies',
      'feature-extraction-svm',
      '--top',
      '3',
      '--name',
      'ada/refused',
    );
    expect(refused.stderr).toMatch(/INPUT_INVALID.*\n?.*top.*adviceId/);
  });

  it('asks for models and strategies, or an advice', async () => {
    const nothing = await zoo('sweep', 'ada/colours', '--name', 'ada/refused');
    expect(nothing.stderr).toMatch(/USAGE: .*--models and --strategies, or --advice/);
    const half = await zoo('sweep', 'ada/colours', '--name', 'ada/refused', '--models', 'ada/tiny');
    expect(half.stderr).toMatch(/USAGE: .*go together/);
  });
});
