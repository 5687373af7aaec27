import type { Subject, Trial } from '../trial/run-trial.js';
import { requireTrial } from '../trial/run-trial.js';
import { requireEstimateTrial, type EstimateTrial } from '../trial/estimate-trial.js';

/** What checks of one strategy share. The first run serves several of them and is made once. */
export interface ConformanceSubject extends Subject {
  /** Share of the easy pictures that must be named right. */
  minimumAccuracy: number;
  /** Milliseconds between the signal and the end of the fit. */
  abortMs: number;
  /** A run on the easy pictures, to its end. */
  firstRun(): Promise<Trial>;
  /** The same run once more, in a process that has everything loaded. */
  secondRun(): Promise<Trial>;
  /** An estimate on the easy pictures; for strategies that have one. */
  firstEstimate(): Promise<EstimateTrial>;
  secondEstimate(): Promise<EstimateTrial>;
}

type Shared = 'firstRun' | 'secondRun' | 'firstEstimate' | 'secondEstimate';

/** A check that has nothing to look at with this strategy, and why. */
export interface Skipped {
  skipped: string;
}

/** Throws a `ConformanceError` where the strategy does not pass. */
export type RunCheck = (subject: ConformanceSubject) => Promise<void | Skipped>;

/** Adds the runs that checks share. */
export function shareRuns(subject: Omit<ConformanceSubject, Shared>): ConformanceSubject {
  let first: Promise<Trial> | undefined;
  let second: Promise<Trial> | undefined;
  const run = () =>
    requireTrial(subject, {
      purpose: 'a fit on 48 easy pictures of 4 classes, evaluated and written',
      fix: 'run `zoo strategy run` on a small model and look at its log, or call `fit` under a debugger.',
    });
  const estimate = () =>
    requireEstimateTrial(subject, { purpose: 'an estimate on 48 easy pictures of 4 classes' });
  let [firstAnswer, secondAnswer]: (Promise<EstimateTrial> | undefined)[] = [];
  const firstEstimate = () => (firstAnswer ??= estimate());
  const firstRun = () => (first ??= run());
  return {
    ...subject,
    firstRun,
    secondRun: () => (second ??= firstRun().then(run)),
    firstEstimate,
    secondEstimate: () => (secondAnswer ??= firstEstimate().then(estimate)),
  };
}
