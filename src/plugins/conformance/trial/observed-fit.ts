import type {
  FeatureCut,
  FitContext,
  FittedModel,
  LabelledFeatures,
  LinearProbe,
  Strategy,
  Trainer,
  TrainerSetup,
} from '../../contract.js';
import { Loans } from './loans.js';

/** What was seen of one fit from outside. */
export interface ObservedFit {
  /** A copy of what `fit` returned, taken at once; undefined where it threw. */
  fitted: FittedModel | undefined;
  /** How it ended. Undefined while it runs. */
  end: { error?: unknown } | undefined;
  /** Cuts whose features, probes or training were asked for. */
  askedCuts: FeatureCut[];
  trainers: { setup: TrainerSetup; isDisposed: boolean }[];
  /** What was lent to the strategy and is not as it was: `features of train at block_4_relu`. */
  overwritten: string[];
  /** tfjs tensors there are after the fit and were not before. */
  leakedTensors: number;
  /** Whether by the strategy or by a trainer of its. */
  checkpointsSaved: number;
  /** Reports to the outside while it ran: progress, metrics, log lines. */
  eventCount: number;
}

/** What a check may do while a fit runs. */
export interface FitEvents {
  /** Called when `fit` is about to be called. */
  started?(): void;
  /** Called at each report, counted from 1. */
  event?(count: number): void;
}

/**
 * The same strategy, watched: what it asks for, what it does to what it is lent, and what it returns. It cannot tell the
 * difference.
 */
export function observeFit(
  strategy: Strategy,
  events: FitEvents = {},
): { watched: Strategy; fit: ObservedFit } {
  const seen: ObservedFit = {
    fitted: undefined,
    end: undefined,
    askedCuts: [],
    trainers: [],
    overwritten: [],
    leakedTensors: 0,
    checkpointsSaved: 0,
    eventCount: 0,
  };
  const watched: Strategy = {
    ...strategy,
    async load() {
      const { fit } = await strategy.load();
      const { engine } = await import('@tensorflow/tfjs-core');
      return {
        async fit(context) {
          const loans = new Loans();
          const tensorsBefore = engine().state.numTensors;
          events.started?.();
          try {
            const fitted = await fit(watchContext(context, seen, loans, events));
            seen.fitted = copyOf(fitted);
            return fitted;
          } catch (error) {
            seen.end = { error };
            throw error;
          } finally {
            seen.end ??= {};
            seen.leakedTensors = engine().state.numTensors - tensorsBefore;
            seen.overwritten = loans.changed();
          }
        },
      };
    },
  };
  return { watched, fit: seen };
}

function watchContext(context: FitContext, seen: ObservedFit, loans: Loans, events: FitEvents): FitContext {
  const count = <Arguments extends unknown[]>(report: (...args: Arguments) => void) => {
    return (...args: Arguments): void => {
      report(...args);
      events.event?.(++seen.eventCount);
    };
  };
  const lendFeatures = (
    split: string,
    cuts: readonly FeatureCut[],
    all: readonly LabelledFeatures[],
  ): void => {
    seen.askedCuts.push(...cuts);
    loans.lendFeatures(split, cuts, all);
  };
  loans.lendData('context.base', context.base);
  return {
    ...context,
    async features(split, cut) {
      const features = await context.features(split, cut);
      lendFeatures(split, [cut], [features]);
      return features;
    },
    async featuresAtCuts(split, cuts) {
      const features = await context.featuresAtCuts(split, cuts);
      lendFeatures(split, cuts, features);
      return features;
    },
    async probes(cuts): Promise<LinearProbe[]> {
      const probes = await context.probes(cuts);
      seen.askedCuts.push(...cuts);
      loans.lendProbes(probes);
      return probes;
    },
    async trainer(setup): Promise<Trainer> {
      const trainer = await context.trainer(setup);
      const entry = { setup, isDisposed: false };
      seen.trainers.push(entry);
      seen.askedCuts.push(setup.cut);
      // A trainer is an object of a class: everything but `dispose` is left to it.
      return new Proxy(trainer, {
        get(target, name) {
          if (name === 'dispose') entry.isDisposed = true;
          const value = Reflect.get(target, name, target) as unknown;
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    },
    progress: count(context.progress),
    metric: count(context.metric),
    log: count(context.log),
  };
}

/** What cannot be copied is no result either, and is refused where results are checked. */
function copyOf(fitted: FittedModel): FittedModel {
  try {
    return structuredClone(fitted);
  } catch {
    return fitted;
  }
}
