import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  ConformanceError,
  conformanceChecks,
  type ConformanceCheckName,
  type ConformanceOptions,
} from '../../../src/plugins/conformance/index.js';
import type { Estimate, EstimateContext, Strategy } from '../../../src/plugins/plugin.js';
import {
  cut,
  estimateByResubstitution,
  estimatingStrategy,
  fitClassMeans,
  quickStrategy,
} from './quick-strategy.js';

interface Mistake {
  what: string;
  breaks: ConformanceCheckName;
  message: RegExp;
  estimate(context: EstimateContext): Promise<Estimate>;
  options?: ConformanceOptions;
}

const checksOf = (strategy: Strategy, options?: ConformanceOptions) =>
  conformanceChecks(strategy, options).filter(({ name }) => name.startsWith('estimate'));

/** One for each check of an estimate, held against all of them. */
const mistakes: Mistake[] = [
  {
    what: 'divides an estimate by one less than the pictures of a class',
    breaks: 'estimate is within bounds',
    message:
      /one has one training picture\nHappened: it ended with ESTIMATE_INVALID: class-means returned Infinity as seconds/,
    estimate: async (context) => {
      const smallest = Math.min(...context.data.splits.train.perClass);
      return { ...(await estimateByResubstitution(context)), seconds: 1 / (smallest - 1) };
    },
  },
  {
    what: 'measures the seconds of its estimate',
    breaks: 'estimate is the same with the same seed',
    message: /the first says .*"seconds":[\d.e-]+.*, the second \{/,
    estimate: async (context) => ({
      ...(await estimateByResubstitution(context)),
      seconds: performance.now() / 1000,
    }),
  },
  {
    what: 'scales features in place for its estimate',
    breaks: 'estimate leaves the base model unchanged',
    message: /after the estimate these are changed: features of train at block_4_relu/,
    estimate: async (context) => {
      const answer = await estimateByResubstitution(context);
      const { data } = await context.features(cut);
      data.forEach((value, at) => (data[at] = value / 10));
      return answer;
    },
  },
  {
    what: 'waits in its estimate without a look at the signal',
    breaks: 'estimate obeys an abort',
    message: /an estimate that is told to stop at its start ends within 0\.03 s[^]*it was still at work then/,
    options: { limits: { abortMs: 30 } },
    estimate: async (context) => {
      await delay(400);
      return estimateByResubstitution({ ...context, signal: new AbortController().signal });
    },
  },
];

/** More ways to fail the first, which leave the others nothing to look at. */
const variations: Omit<Mistake, 'breaks'>[] = [
  {
    what: 'an estimate that says more than a share can be',
    message: /ESTIMATE_INVALID: class-means returned 87 as accuracy\.value; a share from 0 to 1 is expected/,
    estimate: async (context) => ({
      ...(await estimateByResubstitution(context)),
      accuracy: { value: 87, standardError: 2 },
    }),
  },
  {
    what: 'an estimate that never ends',
    message: /the run was not done after 0\.5 s/,
    options: { limits: { runMs: 500 } },
    estimate: () => new Promise(() => undefined),
  },
];

describe('checks of an estimate', () => {
  it('are there where a strategy has one, and pass it', async () => {
    expect(checksOf(estimatingStrategy())).toHaveLength(4);
    expect(await failuresOf(estimatingStrategy())).toEqual(new Map());
  });

  it('are not there where it has none', () => {
    expect(checksOf(quickStrategy(fitClassMeans))).toEqual([]);
  });

  it.each(mistakes)(
    'catch a strategy that $what, one of them alone',
    async ({ breaks, message, estimate, options }) => {
      const failures = await failuresOf(estimatingStrategy(estimate), options);
      expect([...failures.keys()]).toEqual([breaks]);
      expect(failures.get(breaks)).toBeInstanceOf(ConformanceError);
      expect(failures.get(breaks)?.message).toMatch(message);
      expect(failures.get(breaks)?.message).toMatch(/^Expected: .*\nHappened: [^]*\nTo fix it: /);
    },
  );

  it.each(variations)('catch $what', async ({ message, estimate, options }) => {
    const [first] = checksOf(estimatingStrategy(estimate), options);
    await expect(first?.run()).rejects.toThrow(message);
  });
});

async function failuresOf(
  strategy: Strategy,
  options?: ConformanceOptions,
): Promise<Map<ConformanceCheckName, Error>> {
  const failures = new Map<ConformanceCheckName, Error>();
  for (const { name, run } of checksOf(strategy, options)) {
    await run().catch((error: Error) => failures.set(name, error));
  }
  return failures;
}
