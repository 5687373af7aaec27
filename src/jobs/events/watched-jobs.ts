import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from '../queue/execute-sql.js';
import { jobSignals } from './job-signals.js';

/** How often a watched job is looked at: at first and after each change, and at most after a long silence. */
const fastestPollMs = 100;
const slowestPollMs = 1000;

interface WatchedJob {
  watchers: number;
  /** The end of its log when last looked at. */
  seq: number;
  pollMs: number;
}

/**
 * Looks for what other processes write to a job, and signals it as `changed`. All watched jobs of a process share one
 * query, however many subscriptions there are.
 *
 * @returns ends the watch.
 */
export function pollWatchedJob(zoo: Zoo, jobId: string): () => void {
  let poller = pollers.get(zoo.database);
  if (poller === undefined) pollers.set(zoo.database, (poller = new Poller(zoo)));
  return poller.watch(jobId);
}

class Poller {
  readonly #jobs = new Map<string, WatchedJob>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly zoo: Zoo) {}

  watch(jobId: string): () => void {
    const job = this.#jobs.get(jobId) ?? { watchers: 0, seq: -1, pollMs: fastestPollMs };
    job.watchers += 1;
    this.#jobs.set(jobId, job);
    this.#schedule();
    return () => {
      job.watchers -= 1;
      if (job.watchers === 0) this.#jobs.delete(jobId);
    };
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#jobs.size === 0) return;
    const pollMs = Math.min(...[...this.#jobs.values()].map((job) => job.pollMs));
    // The poll that finds nothing watched is the last one; it keeps no process alive.
    this.#timer = setTimeout(() => void this.#poll(), pollMs).unref();
  }

  async #poll(): Promise<void> {
    try {
      const { rows } = await executeSql<{ id: string; seq: number }>(
        this.zoo.database,
        `SELECT id, last_event_seq AS seq FROM jobs WHERE id = ANY($1)`,
        [[...this.#jobs.keys()]],
      );
      for (const { id, seq } of rows) this.#note(id, seq);
    } catch (error) {
      this.zoo.log.warn({ err: error }, 'watched jobs could not be looked at; trying again');
    }
    this.#timer = undefined;
    this.#schedule();
  }

  #note(id: string, seq: number): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    const moved = job.seq !== seq;
    job.seq = seq;
    job.pollMs = moved ? fastestPollMs : Math.min(slowestPollMs, job.pollMs * 1.5);
    if (moved) jobSignals(this.zoo.database).emit('changed', id);
  }
}

const pollers = new WeakMap<Zoo['database'], Poller>();
