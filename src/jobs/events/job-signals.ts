import { EventEmitter } from 'node:events';
import type { DataSource } from 'typeorm';

/** What can happen to jobs in this process. */
interface JobSignalEvents {
  /** A job was queued. */
  queued: [];
  /** A job's row or log changed. */
  changed: [jobId: string];
  /** A running job shall be cancelled. */
  cancelled: [jobId: string];
}

/**
 * Wake-ups between the parts of one process that share a database: a launch wakes the embedded worker, a written event
 * the subscriptions, a cancellation the child. They only save time; whoever waits also polls, since other processes
 * write too. Emit after the commit.
 */
export type JobSignals = EventEmitter<JobSignalEvents>;

export function jobSignals(database: DataSource): JobSignals {
  let signals = byDatabase.get(database);
  if (signals === undefined) {
    signals = new EventEmitter<JobSignalEvents>();
    signals.setMaxListeners(0);
    byDatabase.set(database, signals);
  }
  return signals;
}

/** Wakes this process's worker and watchers for a job that waits. Call it after the commit. */
export function announceQueued(database: DataSource, jobId: string): void {
  const signals = jobSignals(database);
  signals.emit('queued');
  signals.emit('changed', jobId);
}

/** Resolves at the next `queued`, after `timeoutMs`, or when `signal` aborts, whichever is first. */
export function waitForQueued(signals: JobSignals, timeoutMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signals.off('queued', wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, timeoutMs);
    signals.once('queued', wake);
    signal.addEventListener('abort', wake);
  });
}

const byDatabase = new WeakMap<DataSource, JobSignals>();
