import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Job, type SweepCandidate } from '../../zoo/database/entities/index.js';
import type { Evaluation } from '../../learning/evaluation.js';
import type { JobError } from '../../zoo/job-types.js';
import { describeFault, isTransient } from '../child/describe-fault.js';
import type { ChildEnd } from '../child/run-child.js';
import { storeFit } from '../publish/prepare-model-version.js';
import { AttemptStopped } from '../queue/lease.js';
import { runFineTune } from '../worker/run-fine-tune.js';
import { createWorkFolder, removeFolder } from '../worker/work-folders.js';
import { bestSoFar } from './best-so-far.js';
import { checkComparable } from './check-comparable.js';
import { reportFor } from './report-for.js';
import type { SweepRun } from './run-sweep.js';
import type { CandidateEnd } from './settle-candidate.js';
import { TrainingWatch, type Leader } from './stop-rules.js';

/** A candidate cannot be run to an end here and now, for a reason that is none of its own: the attempt ends with it. */
export interface AttemptOver {
  state: 'OVER';
  end: ChildEnd;
}

/**
 * Runs one candidate of a sweep as a fine-tune of its own: fit and evaluation in processes apart, in folders of its own,
 * with its own time and its own checkpoints. What goes wrong with it is its own end and nobody else's; only what would go
 * wrong with any candidate here ends the attempt.
 *
 * @throws AttemptStopped, `signal.reason` when the attempt is to end
 */
export async function runCandidate(
  sweep: SweepRun,
  candidate: SweepCandidate,
  leader: Leader | undefined,
): Promise<CandidateEnd | AttemptOver> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  try {
    const first = await fitAndStore(sweep, candidate, leader);
    // Something outside ended the process, the system for want of memory perhaps. Twice is no accident.
    const outcome = 'died' in first ? await fitAndStore(sweep, candidate, leader) : first;
    if ('died' in outcome) return { state: 'FAILED', error: outcome.died, seconds: seconds() };
    return outcome.state === 'OVER' ? outcome : { ...outcome, seconds: seconds() };
  } catch (error) {
    sweep.preparation.signal.throwIfAborted();
    if (error instanceof AttemptStopped) throw error;
    const fault = describeFault(error);
    if (isTransient(fault)) throw error;
    return { state: 'FAILED', error: fault, seconds: seconds() };
  }
}

type Unsettled = CandidateEnd extends infer End
  ? End extends unknown
    ? Omit<End, 'seconds'>
    : never
  : never;

async function fitAndStore(
  sweep: SweepRun,
  candidate: SweepCandidate,
  leader: Leader | undefined,
): Promise<Unsettled | AttemptOver | { died: JobError }> {
  const { preparation } = sweep;
  const { zoo } = preparation;
  const job = asFineTune(sweep.job, candidate);
  const watch = new TrainingWatch(leader, await bestSoFar(zoo.database, candidate));
  const folder = await createWorkFolder(join(preparation.folder.root, `candidate-${candidate.ordinal}`));
  const stop = new AbortController();
  const signal = AbortSignal.any([preparation.signal, stop.signal]);
  const checkpoints = sweep.openCheckpoints();
  const report = reportFor(sweep, candidate);
  const clock = performance.now();
  try {
    const options = {
      ...preparation,
      folder,
      fetched: (phase: string, done: number, total: number) =>
        report({ type: 'progress', phase, done, total, unit: 'BYTES' }),
    };
    const end = await runFineTune(job, options, (work, permissions) =>
      sweep.run(work.kind === 'EVALUATION' ? { ...work, isCompared: true } : work, {
        permissions,
        folder,
        clock,
        signal,
        onReport: (said) => {
          report(said);
          const reason = work.kind === 'FIT' ? watch.note(said) : undefined;
          if (reason !== undefined) stop.abort(reason);
        },
        onCheckpoint: (file) => checkpoints.add(file),
      }),
    );
    preparation.signal.throwIfAborted();
    if (end.kind === 'stopped') return { state: 'STOPPED', reason: String(stop.signal.reason) };
    if (end.kind === 'died') return { died: end.error };
    if (end.kind === 'failed') {
      return isTransient(end.error) ? { state: 'OVER', end } : { state: 'FAILED', error: end.error };
    }
    const fit = await storeFit({ zoo, job, folder, result: end.result });
    const { validation, testRight } = checkComparable(end.result['comparable'], fit.evaluation);
    return { state: 'FITTED', fit, validation, test: scoreOf(fit.evaluation), testRight };
  } finally {
    await checkpoints.close();
    await removeFolder(folder.root);
  }
}

function scoreOf({ imageCount, accuracy, accuracyInterval }: Evaluation) {
  return { imageCount, accuracy, accuracyInterval };
}

/** The job as it would be, had the candidate been launched alone. */
export function asFineTune(job: Job, candidate: SweepCandidate): Job {
  const { baseVersionId, strategy, strategyVersion, parameters } = candidate;
  const { strategyPackage, strategyPackageVersion, strategyDigest } = candidate;
  return Object.assign(new Job(), job, {
    kind: 'FINE_TUNE',
    baseVersionId,
    strategy,
    strategyVersion,
    strategyPackage,
    strategyPackageVersion,
    strategyDigest,
    parameters,
  });
}
