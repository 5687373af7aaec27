import type { Checkpoints } from '../../contract.js';
import { ConformanceError } from '../conformance-error.js';
import { requireTrial, startTrial } from '../trial/run-trial.js';
import type { RunCheck } from './conformance-subject.js';
import { firstDifference } from './same-seed-same-result.js';

/** Stopped after its first checkpoint and run again, a strategy goes on from there to the very result it would have had. */
export const resumesToTheSameResult: RunCheck = async (subject) => {
  const uninterrupted = await subject.firstRun();
  if (uninterrupted.fit.checkpointsSaved === 0) {
    return { skipped: 'the strategy keeps no checkpoints, so an interrupted job starts anew' };
  }
  const kept: Uint8Array[] = [];
  const abort = new AbortController();
  const purpose = 'a run that stops after its first checkpoint and goes on from it to the same result';
  const stopping: Checkpoints = {
    save(bytes) {
      kept.push(bytes.slice());
      abort.abort(new Error('the worker stops'));
      return Promise.resolve();
    },
    candidates: () => Promise.resolve([]),
  };
  await startTrial(subject, { purpose, checkpoints: stopping, abort }).done.catch(() => undefined);
  // What is damaged or of another version is passed over.
  const damaged = new TextEncoder().encode('not a checkpoint');
  const resumed = await requireTrial(subject, {
    purpose: `${purpose}, a damaged one being passed over`,
    checkpoints: {
      save: () => Promise.resolve(),
      candidates: () => Promise.resolve([damaged, ...kept.slice(0, 1).map((bytes) => bytes.slice())]),
    },
    fix: 'look at a checkpoint before you use it (length, a mark of your own, version), and try the next candidate where it is none of yours.',
  });
  const difference = firstDifference(uninterrupted, resumed);
  if (difference === undefined) return undefined;
  throw new ConformanceError(
    purpose,
    difference,
    'keep everything in a checkpoint that the rest of the run depends on: weights, the optimizer’s state, the step, the best so far, and where the random generator stands.',
  );
};
