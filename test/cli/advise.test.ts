import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { fromNodeId } from '../../src/schema/node-id.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import {
  clothingArchive,
  endOf,
  launchTestImport,
  publishTestModel,
  tinyNetwork,
} from '../jobs/real-work.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { runZoo } from './run-zoo.js';

let server: TestServer;
let worker: RunningWorker;
let environment: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  worker = await runWorker(server.zoo);
  const { id, token } = await server.signUp('ada');
  environment = { ZOO_URL: server.url, ZOO_TOKEN: token };
  const principal: Principal = {
    account: { id: fromNodeId('Account', id), name: 'ada', role: 'MEMBER' },
    scopes: new Set(['read', 'write', 'launch']),
  };
  await publishTestModel(server.zoo, principal, 'tiny', await tinyNetwork());
  const archive = await clothingArchive({ classes: ['dress', 'pants', 'hat'], perFolder: 8 });
  const jobId = await launchTestImport(server.zoo, principal, 'clothes', archive);
  expect(await endOf(server.zoo, jobId)).toMatchObject({ state: 'COMPLETED', error: null });
});
afterAll(async () => {
  await worker.stop();
  await server.close();
});

const zoo = (...args: string[]) => runZoo(args, { environment });

interface PrintedAdvice {
  id: string;
  candidates: { rank: number; parameters: Record<string, unknown>; accuracy: { value: number } | null }[];
}

describe('from a question to a published model', () => {
  let advice: PrintedAdvice;

  it('measures, then says what to do, what to expect of each line and why', async () => {
    const asked = await zoo('advise', 'ada/clothes', '--models', 'ada/tiny@1', '--budget', '1h');
    expect(asked.code, asked.stderr).toBe(0);
    const { stdout } = asked;
    expect(stdout).toMatch(/^RANK +MODEL +STRATEGY +CUT +ACCURACY +TIME +MEMORY +STORED$/m);
    expect(stdout).toMatch(
      /^ +\d+ +ada\/tiny@1 +feature-extraction-svm svm +conv2d\S* +\d+\.\d % \(\d+\.\d–\d+\.\d %\) +\d/m,
    );
    expect(stdout).toMatch(/^\d+\. \S.* on ada\/tiny@1\n {4}\S/m);
    // The summary comes before the table, for people who read nothing else.
    expect(stdout.trim().indexOf('RANK')).toBeGreaterThan(40);
    expect(asked.stderr).toMatch(/zoo fine-tune --advice \S+ --rank 1 --name OWNER\/clothes/);
  });

  it('shows the newest advice again without measuring, also as JSON', async () => {
    const shown = await zoo('advise', 'ada/clothes', '--last', '--json');
    expect(shown.code, shown.stderr).toBe(0);
    advice = (JSON.parse(shown.stdout) as { advice: PrintedAdvice }).advice;
    expect(advice.candidates.length).toBeGreaterThanOrEqual(4);
    const dataset = await zoo('dataset', 'show', 'ada/clothes');
    expect(dataset.stdout).toMatch(/^Advice of .* \(zoo advise ada\/clothes --last\):\n\S/m);
    expect((await zoo('jobs')).stdout).toMatch(/COMPLETED +advice → ada\/clothes/);
    const model = await zoo('show', 'ada/tiny');
    expect(model.stdout).toMatch(/^DATA SET +PICTURES +BEST CUT +PROBE +LAST CUT\nada\/clothes@1 +\d+ /m);
  });

  it('says how many models were not even looked at', async () => {
    await server.zoo.database.query(
      `UPDATE jobs SET parameters = jsonb_set(parameters, '{notConsidered}', '7') WHERE kind = 'ADVICE'`,
    );
    const shown = await zoo('advise', 'ada/clothes', '--last');
    expect(shown.stdout).toMatch(/^Not measured:\n {2}7 more models that you can see: .*--models/m);
  });

  it('launches a line by its rank, and says what it promised beside what came', async () => {
    const line = advice.candidates.find(({ parameters }) => parameters['classifier'] === 'svm');
    const rank = String(line?.rank);
    const tuned = await zoo('fine-tune', '--advice', advice.id, '--rank', rank, '--name', 'ada/advised');
    expect(tuned.code, tuned.stderr).toBe(0);
    expect(tuned.stdout).toContain('Published ada/advised@1.');
    expect(tuned.stdout).toMatch(/^The advice expected \d+\.\d % \(\d+\.\d–\d+\.\d %\)\.$/m);
    const shown = await zoo('advise', 'ada/clothes', '--last');
    expect(shown.stdout).toMatch(/CAME TO$/m);
  });

  it('estimates what a launch would come to, and launches nothing', async () => {
    const flags = ['--base', 'ada/tiny', '--dataset', 'ada/clothes', '--strategy', 'full-retraining'];
    const jobs = async () =>
      (JSON.parse((await zoo('jobs', '--json')).stdout) as { totalCount: number }).totalCount;
    const before = await jobs();
    const estimated = await zoo('estimate', ...flags, '--set', 'epochs=2');
    expect(estimated.code, estimated.stderr).toBe(0);
    expect(estimated.stdout).toMatch(/^ +accuracy +\d+\.\d % \(.*\), 80 % interval$/m);
    expect(estimated.stdout).toMatch(/^ +memory +\d+ MB at its peak$/m);
    expect(await jobs()).toBe(before);
  });
});

describe('what cannot be asked', () => {
  it.each([
    [['advise', 'ada/nothing'], 3, 'NOT_FOUND'],
    [['advise', 'ada/clothes', '--models', 'ada/nothing'], 3, 'NOT_FOUND'],
    [['advise', 'ada/clothes', '--budget', '2s'], 4, 'ADVICE_BUDGET_TOO_SMALL'],
    [['fine-tune', '--name', 'ada/x'], 2, 'USAGE'],
    [['fine-tune', '--name', 'ada/x', '--advice', 'x', '--base', 'ada/tiny'], 2, 'USAGE'],
    [
      ['fine-tune', '--name', 'ada/x', '--base', 'ada/tiny', '--dataset', 'ada/clothes', '--rank', '1'],
      2,
      'USAGE',
    ],
    [['fine-tune', '--name', 'ada/x', '--advice', 'nonsense'], 3, 'NOT_FOUND'],
  ])('%j is refused with exit code %i and %s', async (args, code, said) => {
    const refused = await zoo(...args);
    expect(refused.code).toBe(code);
    expect(refused.stderr).toMatch(new RegExp(`^${said}: `));
  });

  it('a budget that is no time is a mistake of usage', async () => {
    const refused = await zoo('advise', 'ada/clothes', '--budget', 'soon');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('90s, 2m or 1h') as string });
  });
});
