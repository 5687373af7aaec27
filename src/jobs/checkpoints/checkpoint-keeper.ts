import { rm } from 'node:fs/promises';
import type { Zoo } from '../../zoo/zoo.js';
import type { Fence } from '../events/job-events.js';
import { keepCheckpoint, type CheckpointFile } from './keep-checkpoint.js';

/**
 * Keeps the checkpoints of one attempt as its process writes them, one at a time. Where they come faster than the store
 * takes them, only the newest waits. One that cannot be kept costs nothing but the way back to it.
 *
 * What was reported before a checkpoint is in the job's log before the checkpoint is kept: an attempt that goes on from it
 * does not report it again.
 */
export class CheckpointKeeper {
  #waiting: CheckpointFile | undefined;
  #keeping: Promise<void> | undefined;
  #isClosed = false;

  /**
   * @param writeReports writes what has been reported so far.
   * @param onFenced called when the fence no longer holds.
   */
  constructor(
    private readonly zoo: Zoo,
    private readonly fence: Fence,
    private readonly writeReports: () => Promise<void>,
    private readonly onFenced: () => void,
  ) {}

  add(file: CheckpointFile): void {
    if (this.#isClosed) return;
    const superseded = this.#waiting;
    this.#waiting = file;
    if (superseded !== undefined) void rm(superseded.path, { force: true });
    this.#keeping ??= this.#keepAll().finally(() => (this.#keeping = undefined));
  }

  /** Keeps what still waits. Nothing is taken afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#keeping;
  }

  async #keepAll(): Promise<void> {
    for (let file = this.#waiting; file !== undefined; file = this.#waiting) {
      this.#waiting = undefined;
      try {
        await this.writeReports();
        if (!(await keepCheckpoint(this.zoo, this.fence, file))) {
          this.#isClosed = true;
          this.onFenced();
        }
      } catch (error) {
        this.zoo.log.warn({ err: error, job: this.fence.jobId }, 'a checkpoint could not be kept');
      } finally {
        await rm(file.path, { force: true });
      }
    }
  }
}
