import type { Estimate, EstimateContext, Strategy } from '../../contract.js';
import { estimateStrategy } from '../../run/estimate-strategy.js';
import { ConformanceError, describeError } from '../conformance-error.js';
import { conformanceMaterials, type PictureSetName } from '../materials/conformance-materials.js';
import { endsWithin } from './ends-within.js';
import { Loans } from './loans.js';
import type { Subject } from './run-trial.js';

/** What was seen of one estimate from outside. */
export interface ObservedEstimate {
  /** How it ended. Undefined while it runs. */
  end: { error?: unknown } | undefined;
  /** What was lent to the strategy and is not as it was. */
  overwritten: string[];
}

export interface EstimateTrialSetup {
  pictures?: PictureSetName;
  /** Called when `estimate` is about to be called, and whenever features or probes have been handed over. */
  started?(): void;
  handedOver?(): void;
  abort?: AbortController;
  /** What is said of an estimate that takes too long. */
  purpose: string;
}

/** An estimate that went to its end. */
export interface EstimateTrial {
  answer: Estimate;
  seen: ObservedEstimate;
}

/** The same in every trial, so that what depends on it is the same too. */
const picturesPerSecond = 100;

/** Asks a strategy for its estimate in this process, as an advice does in one of its own. */
export function startEstimate(
  subject: Subject,
  setup: EstimateTrialSetup,
): { seen: ObservedEstimate; done: Promise<EstimateTrial> } {
  const seen: ObservedEstimate = { end: undefined, overwritten: [] };
  return { seen, done: run(subject, setup, seen) };
}

/** An estimate that is to go to its end. @throws ConformanceError for whatever keeps it from that */
export async function requireEstimateTrial(
  subject: Subject,
  setup: EstimateTrialSetup,
): Promise<EstimateTrial> {
  try {
    return await startEstimate(subject, setup).done;
  } catch (error) {
    if (error instanceof ConformanceError) throw error;
    throw new ConformanceError(
      setup.purpose,
      `it ended with ${describeError(error)}`,
      'give null for what cannot be said, with the reason; look before you divide by a count, and call `estimate` under a debugger.',
      { cause: error },
    );
  }
}

async function run(
  subject: Subject,
  setup: EstimateTrialSetup,
  seen: ObservedEstimate,
): Promise<EstimateTrial> {
  const materials = await conformanceMaterials();
  const abort = setup.abort ?? new AbortController();
  const running = estimateStrategy(watched(subject.strategy, setup, seen), {
    parameters: subject.parameters,
    baseFolder: await materials.base('usual'),
    datasetFolder: await materials.pictures(setup.pictures ?? 'easy'),
    cacheFolder: materials.cacheFolder,
    cacheBytes: 1e9,
    picturesPerSecond,
    seed: 1,
    threads: 1,
    signal: abort.signal,
    on: { progress: ignore, metric: ignore, log: ignore },
  });
  return { answer: await endsWithin(running, subject.runMs, setup.purpose, abort), seen };
}

/** The same strategy, watched. It cannot tell the difference. */
function watched(strategy: Strategy, setup: EstimateTrialSetup, seen: ObservedEstimate): Strategy {
  return {
    ...strategy,
    async estimate() {
      const loaded = await strategy.estimate?.();
      if (loaded === undefined) throw new TypeError('the strategy has no estimate');
      return {
        async estimate(context) {
          const loans = new Loans();
          setup.started?.();
          try {
            return await loaded.estimate(lend(context, loans, () => setup.handedOver?.()));
          } catch (error) {
            seen.end = { error };
            throw error;
          } finally {
            seen.end ??= {};
            seen.overwritten = loans.changed();
          }
        },
      };
    },
  };
}

function lend(context: EstimateContext, loans: Loans, handedOver: () => void): EstimateContext {
  loans.lendData('context.base', context.base);
  loans.lendData('context.data', context.data);
  return {
    ...context,
    async features(cut) {
      const features = await context.features(cut);
      loans.lendFeatures('train', [cut], [features]);
      handedOver();
      return features;
    },
    async featuresAtCuts(cuts) {
      const all = await context.featuresAtCuts(cuts);
      loans.lendFeatures('train', cuts, all);
      handedOver();
      return all;
    },
    async probes(cuts) {
      const probes = await context.probes(cuts);
      loans.lendProbes(probes);
      handedOver();
      return probes;
    },
  };
}

const ignore = (): void => undefined;
