/** What only waits takes no processor time; after the limit so many times over it is late all the same. */
const waitFactor = 10;

/**
 * A limit in time that other work on the machine does not use up: it has passed when both the clock and the processor time
 * of this process have gone on for so long, or the clock alone for ten times as long.
 */
export class TimeLimit {
  readonly #startedAt = performance.now();
  readonly #cpuBefore = process.cpuUsage();

  constructor(readonly limitMs: number) {}

  /** How often to look. */
  get lookMs(): number {
    return Math.min(100, this.limitMs / 4);
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  get hasPassed(): boolean {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    const usedMs = Math.min(this.elapsedMs, (user + system) / 1000);
    return usedMs > this.limitMs || this.elapsedMs > waitFactor * this.limitMs;
  }
}
