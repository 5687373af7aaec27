import { join } from 'node:path';
import { SweepCandidate, type Job } from '../../zoo/database/entities/index.js';
import type { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.js';
import type { ChildEnd } from '../child/run-child.js';
import type { AttemptReport } from '../events/event-writer.js';
import type { Fence } from '../events/job-events.js';
import { AttemptStopped } from '../queue/lease.js';
import type { PreparationOptions } from '../worker/prepare-work.js';
import type { RunProcess } from '../worker/run-attempt.js';
import { createWorkFolder, removeFolder } from '../worker/work-folders.js';
import { bestByValidation } from './compare-candidates.js';
import { describeCandidateEnd } from './describe-candidate-end.js';
import { prepareFeatures } from './prepare-features.js';
import { reportFor } from './report-for.js';
import { runCandidate } from './run-candidate.js';
import { settleCandidate, type CandidateEnd } from './settle-candidate.js';
import { reasonNotToStart, type Leader } from './stop-rules.js';

/** What an attempt lends to a sweep. */
export interface SweepAttempt {
  job: Job;
  fence: Fence;
  preparation: PreparationOptions;
  run: RunProcess;
  report(report: AttemptReport): void;
  /** Keeps checkpoints of the job; a candidate has a keeper of its own. */
  openCheckpoints(): CheckpointKeeper;
}

export interface SweepRun extends SweepAttempt {
  candidateCount: number;
}

/**
 * Runs the candidates of a sweep one after another, in their order, and keeps what becomes of each before the next begins:
 * an attempt after a lost one takes up those that are left. Losers end early, by the rules in `stop-rules`.
 *
 * @throws AttemptStopped, and what ends an attempt whatever it runs
 */
export async function runSweep(attempt: SweepAttempt): Promise<ChildEnd> {
  const { job, fence, preparation } = attempt;
  const { zoo, signal } = preparation;
  const candidates = await zoo.database
    .getRepository(SweepCandidate)
    .find({ where: { jobId: job.id }, order: { ordinal: 'ASC' } });
  const sweep = { ...attempt, candidateCount: candidates.length };
  const warmed = new Set<string>();
  for (const candidate of candidates) {
    signal.throwIfAborted();
    if (candidate.state !== 'PENDING') continue;
    const leader = leaderOf(candidates);
    const reason = reasonNotToStart(candidate.expected, leader);
    if (reason === undefined) await warmFeatures(sweep, candidates, candidate, warmed);
    const end: Awaited<ReturnType<typeof runCandidate>> =
      reason === undefined
        ? await runCandidate(sweep, candidate, leader)
        : { state: 'STOPPED', reason, seconds: 0 };
    if (end.state === 'OVER') return end.end;
    await settleCandidate(zoo, fence, candidate.ordinal, end);
    note(candidate, end);
    reportFor(sweep, candidate)({ type: 'log', message: describeCandidateEnd(end, leader) });
  }
  if (candidates.some(({ state }) => state === 'FITTED')) return { kind: 'completed', result: {} };
  return { kind: 'failed', error: nothingFitted(candidates) };
}

/** The row as it is in the database now, without the large parts. */
function note(candidate: SweepCandidate, end: CandidateEnd): void {
  candidate.state = end.state;
  if (end.state === 'FAILED') candidate.error = end.error;
  if (end.state === 'FITTED') candidate.validation = end.validation;
}

function leaderOf(candidates: readonly SweepCandidate[]): Leader | undefined {
  const best = bestByValidation(candidates);
  return best?.validation ? { ordinal: best.ordinal, ...best.validation } : undefined;
}

/**
 * Before the first candidate on a base: what several of them will read of the pictures is computed in one pass. Where that
 * fails, each computes its own, and says what is wrong.
 */
async function warmFeatures(
  sweep: SweepRun,
  candidates: readonly SweepCandidate[],
  first: SweepCandidate,
  warmed: Set<string>,
): Promise<void> {
  const { preparation } = sweep;
  const { baseVersionId } = first;
  const sharing = candidates.filter(
    (candidate) => candidate.state === 'PENDING' && candidate.baseVersionId === baseVersionId,
  );
  if (warmed.has(baseVersionId) || sharing.length < 2) return;
  warmed.add(baseVersionId);
  const folder = await createWorkFolder(join(preparation.folder.root, `features-${first.ordinal}`));
  const report = reportFor(sweep, first);
  try {
    const work = await prepareFeatures(sweep.job, sharing, {
      ...preparation,
      folder,
      fetched: (phase, done, total) => report({ type: 'progress', phase, done, total, unit: 'BYTES' }),
    });
    const end = await sweep.run(work, { folder, clock: performance.now(), onReport: report });
    if (end.kind === 'failed' || end.kind === 'died') {
      preparation.zoo.log.warn({ error: end.error }, 'features of a sweep were not computed together');
    }
  } catch (error) {
    preparation.signal.throwIfAborted();
    if (error instanceof AttemptStopped) throw error;
    preparation.zoo.log.warn({ err: error }, 'features of a sweep were not computed together');
  } finally {
    await removeFolder(folder.root);
  }
}

function nothingFitted(candidates: readonly SweepCandidate[]) {
  const ends = candidates.map(
    ({ ordinal, strategy, error }) =>
      `Candidate ${ordinal} (${strategy}): ${error === null ? 'stopped.' : `${error.code}: ${error.message}`}`,
  );
  return {
    code: 'SWEEP_NOTHING_FITTED',
    message: `No candidate of the sweep could be fitted, so nothing was published.\n${ends.join('\n')}`.slice(
      0,
      8000,
    ),
  };
}
