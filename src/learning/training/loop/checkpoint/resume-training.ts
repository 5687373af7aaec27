import { ZooError } from '../../../../errors.js';
import type { TrainingState } from '../../engines/training-engine.js';
import { decodeCheckpoint, type Checkpoint } from './checkpoint.js';
import type { TrainingRun } from '../training-run.js';

export type ResumedTraining = Pick<Checkpoint, 'loop' | 'bestWeights'>;

/**
 * Puts the step where the newest usable checkpoint left it. Checkpoints that cannot be used are skipped, and the log
 * says why; undefined where none is left, and training begins anew.
 */
export async function resumeTraining(
  { step, checkpoints, on, signal }: TrainingRun,
  identity: Record<string, string>,
): Promise<ResumedTraining | undefined> {
  let start: TrainingState | undefined;
  for await (const bytes of checkpoints?.candidates ?? []) {
    signal?.throwIfAborted();
    try {
      const checkpoint = decodeCheckpoint(bytes, identity);
      start ??= await step.readState();
      await step.writeState(checkpoint.state);
      on?.log?.(`Going on from a checkpoint after step ${checkpoint.loop.stepsDone}.`);
      return checkpoint;
    } catch (error) {
      if (!(error instanceof ZooError) || error.code !== 'CHECKPOINT_INVALID') throw error;
      on?.log?.(`A checkpoint is skipped. ${error.message}`);
    }
  }
  // An engine may have refused one half-way.
  if (start !== undefined) await step.writeState(start);
  return undefined;
}
