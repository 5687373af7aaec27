import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder, writeInstalled } from '../plugins/packages/strategy-folder.js';
import { createEstimateStand, type AskOptions, type EstimateStand } from './estimate-stand.js';

let stand: EstimateStand;
let packages: string;

beforeAll(async () => {
  stand = await createEstimateStand();
  packages = emptyFolder();
});
afterAll(async () => {
  await stand.remove();
  await rm(packages, { recursive: true, force: true });
});

/** Asks a strategy whose `estimate` is this text; `context` is what it may use. */
let written = 0;
function ask(source: string, options: Partial<AskOptions> = {}) {
  const folder = writeInstalled(
    {
      manifest: { modelzoo: { contract: '1.1' } },
      before: `import fs from 'node:fs';
        const answer = { accuracy: null, seconds: null, peakMemoryBytes: null, storedBytes: null };`,
      fields: `estimate: () => Promise.resolve({ async estimate(context) { ${source} } }),
        parameters: z.object({ depth: z.int().default(3).describe('How deep.') }),`,
    },
    join(packages, String(++written)),
  );
  return stand.ask(folder, { strategy: 'my-strategy', ...options });
}

describe('an estimate', () => {
  test('has features and probes of training pictures, the facts of the data set, and the speed of the machine', async () => {
    const { estimate, problem } = await ask(`
      const cut = { layer: context.base.cutPoints.at(-3).layer, pooling: 'average' };
      const features = await context.features(cut);
      const [probe] = await context.probes([cut]);
      const { data, parameters, picturesPerSecond } = context;
      return {
        accuracy: { value: probe.crossValidated.accuracy, standardError: probe.crossValidated.standardError },
        seconds: data.splits.test.imageCount / picturesPerSecond,
        peakMemoryBytes: context.memoryBytes,
        storedBytes: 4 * probe.weights.length,
        reason: [parameters.depth, features.rows, features.labels.length, data.classes.length].join(' '),
        unheardOf: 1,
      };`);
    expect(problem).toBeNull();
    expect(estimate).toEqual({
      accuracy: { value: expect.any(Number) as number, standardError: expect.any(Number) as number },
      seconds: expect.any(Number) as number,
      peakMemoryBytes: 1024 ** 3,
      storedBytes: expect.any(Number) as number,
      reason: `3 ${stand.trainCount} ${stand.trainCount} 3`,
    });
    expect(estimate?.accuracy?.value).toBeGreaterThan(0.6);
    expect(estimate?.seconds).toBeGreaterThan(0);
  });

  test('sees as many pictures as the advice looked at, of every class', async () => {
    const { estimate } = await ask(
      `const { rows, labels } = await context.features({ layer: context.base.cutPoints[0].layer, pooling: 'average' });
       const counts = [0, 1, 2].map((label) => labels.filter((own) => own === label).length);
       return { ...answer, reason: rows + ': ' + counts.join(' ') };`,
      { pictures: 12 },
    );
    expect(estimate?.reason).toBe('12: 4 4 4');
  });

  test.each([
    ['a file of the machine', `fs.readFileSync('/etc/passwd')`],
    ['the base, to write to it', `fs.writeFileSync('../base/model.json', '{}')`],
    ['the data set, to write to it', `fs.writeFileSync('../dataset/index.json', '{}')`],
  ])('may not have %s', async (_, expression) => {
    const { problem } = await ask(`${expression}; return answer;`);
    expect(problem).toMatch(/JOB_ACCESS_DENIED/);
  });

  test('has no picture, label or name of the test split', async () => {
    const { estimate } = await ask(`
      const index = fs.readFileSync('../dataset/index.json', 'utf8');
      return { ...answer, reason: String(index.includes('"test"')) };`);
    expect(estimate?.reason).toBe('false');
  });

  test('that nobody waits for is stopped', async () => {
    const abort = new AbortController();
    const { estimate, problem } = await ask(`for (;;);`, {
      signal: abort.signal,
      onStart: () => abort.abort(new Error('cancelled')),
    });
    expect({ estimate, problem }).toEqual({ estimate: null, problem: 'the advice was stopped.' });
  });

  test('of a strategy that cannot run on these pictures is not asked for', async () => {
    const { problem } = await ask(`return answer;`, { parameters: { depth: 'deep' } });
    expect(problem).toMatch(/STRATEGY_PARAMETERS_INVALID.*depth/);
  });
});
