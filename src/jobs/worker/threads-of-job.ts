import type { Config } from '../../config.js';

/** CPU threads that one job may use: jobs that run at once share the worker's. */
export function threadsOfJob({ worker }: Config): number {
  return Math.max(1, Math.floor(worker.threads / worker.concurrency));
}
