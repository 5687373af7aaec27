import type { TrainingCheckpoints } from '../training-run.js';

/** Decides when a checkpoint is due, and keeps one after the other while training goes on. */
export class CheckpointSaver {
  #lastMs = performance.now();
  #lastStep: number;
  #pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly checkpoints: TrainingCheckpoints,
    private readonly log: (message: string) => void,
    startStep: number,
  ) {
    this.#lastStep = startStep;
  }

  /** Whether enough steps or seconds have passed, inside an epoch; at its end a checkpoint is always due. */
  isDue(step: number): boolean {
    const { everySeconds = Infinity, everySteps = Infinity } = this.checkpoints;
    const seconds = (performance.now() - this.#lastMs) / 1000;
    return step - this.#lastStep >= everySteps || seconds >= everySeconds;
  }

  /** Waits for the one before, so that never more than two are in memory, then begins to keep this one. */
  async save(encode: () => Promise<Uint8Array>, step: number): Promise<void> {
    await this.#pending;
    const goOn = (error: unknown): undefined => {
      const reason = error instanceof Error ? error.message : String(error);
      this.log(`The checkpoint after step ${step} could not be kept (${reason}); training goes on.`);
    };
    const bytes = await encode().catch(goOn);
    this.#lastMs = performance.now();
    this.#lastStep = step;
    if (bytes !== undefined) this.#pending = this.checkpoints.save(bytes, step).catch(goOn);
  }

  /** Waits until the last one is kept. */
  async settle(): Promise<void> {
    await this.#pending;
  }
}
