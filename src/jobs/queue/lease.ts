import { performance } from 'node:perf_hooks';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from './execute-sql.js';
import { heldByFence, type Fence } from '../events/job-events.js';
import { jobSignals } from '../events/job-signals.js';

/** Why an attempt has to stop before it is done. */
export class AttemptStopped extends Error {
  override readonly name = 'AttemptStopped';

  /** @param reason `strategy-removed`: since the claim, from this worker; others may have it. */
  constructor(readonly reason: 'cancelled' | 'lease-lost' | 'worker-stopping' | 'strategy-removed') {
    super(`The attempt was stopped: ${reason}.`);
  }
}

/**
 * A worker's hold on a job. It renews the lease by heartbeats and aborts `signal` when the hold ends: the job was
 * cancelled, someone else took it, or no heartbeat got through for two thirds of the lease. That last limit goes by this
 * machine's monotonic clock and lies before the end by the database's, so that the child is dead before another worker
 * may start.
 */
export class Lease {
  readonly #abort = new AbortController();
  readonly #renewMs: number;
  readonly #selfFenceMs: number;
  readonly #timer: NodeJS.Timeout;
  #selfFence: NodeJS.Timeout;
  #renewedAt: number;
  #renewing = false;

  /** @param claimedAtMs this machine's monotonic clock just before the claim. */
  constructor(
    private readonly zoo: Zoo,
    readonly fence: Fence,
    claimedAtMs: number,
  ) {
    this.#renewedAt = claimedAtMs;
    const { leaseMs } = zoo.config.worker;
    this.#renewMs = leaseMs / 4;
    this.#selfFenceMs = (leaseMs * 2) / 3;
    this.#timer = setInterval(() => void this.renew(), this.#renewMs);
    this.#selfFence = this.#startSelfFence();
    jobSignals(zoo.database).on('cancelled', this.#onCancelled);
  }

  /** Aborted with an `AttemptStopped` when the attempt must stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  stop(reason: AttemptStopped['reason']): void {
    this.#abort.abort(new AttemptStopped(reason));
  }

  /** Ends the heartbeats. The row is left as it is; whoever ends the attempt writes it. */
  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#selfFence);
    jobSignals(this.zoo.database).off('cancelled', this.#onCancelled);
  }

  /** One heartbeat. */
  async renew(): Promise<void> {
    if (this.#renewing || this.signal.aborted) return;
    this.#renewing = true;
    const sentAt = performance.now();
    try {
      const { rows } = await executeSql<{ cancel_requested_at: Date | null }>(
        this.zoo.database,
        `UPDATE jobs SET lease_expires_at = clock_timestamp() + $3 * interval '1 millisecond'
          WHERE ${heldByFence} RETURNING cancel_requested_at`,
        [this.fence.jobId, this.fence.fence, this.zoo.config.worker.leaseMs],
      );
      const row = rows[0];
      if (row === undefined) return this.stop('lease-lost');
      this.#renewedAt = sentAt;
      clearTimeout(this.#selfFence);
      this.#selfFence = this.#startSelfFence();
      if (row.cancel_requested_at !== null) this.stop('cancelled');
    } catch (error) {
      this.zoo.log.warn({ error, job: this.fence.jobId }, 'a heartbeat did not get through');
    } finally {
      this.#renewing = false;
    }
  }

  #startSelfFence(): NodeJS.Timeout {
    const left = this.#renewedAt + this.#selfFenceMs - performance.now();
    return setTimeout(() => this.stop('lease-lost'), Math.max(0, left));
  }

  readonly #onCancelled = (jobId: string): void => {
    if (jobId === this.fence.jobId) this.stop('cancelled');
  };
}
