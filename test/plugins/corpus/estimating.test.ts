import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEstimateStand, type EstimateStand } from '../../jobs/estimate-stand.js';
import { badPlugins } from './bad-plugins.js';
import { layOutCorpus, type LaidOutCorpus } from './lay-out-corpus.js';

let corpus: LaidOutCorpus;
let stand: EstimateStand;

beforeAll(async () => {
  corpus = await layOutCorpus();
  stand = await createEstimateStand();
});
afterAll(() => Promise.all([corpus.remove(), stand.remove()]));

describe('asked for its estimate,', () => {
  test.each(badPlugins.filter(({ ends }) => ends.at === 'estimating'))(
    '$name is not estimated, with $ends.code as the reason',
    async ({ name, ends }) => {
      const isLate = ends.code === 'JOB_TIMED_OUT';
      const { estimate, problem } = await stand.ask(corpus.folderOf(name), {
        strategy: name,
        // What never answers does not answer sooner.
        timeMs: isLate ? 2000 : undefined,
      });
      expect(estimate).toBeNull();
      expect(problem).toContain(`(${ends.code})`);
      expect(problem).not.toMatch(/hunter2|secret\/place|\n\s+at /);
    },
  );

  test('a strategy that has none is not estimated', async () => {
    const { estimate, problem } = await stand.ask(corpus.folderOf('good'), { strategy: 'good' });
    expect(estimate).toBeNull();
    expect(problem).toContain('good 1.0.0 has no estimate');
  });
});
