import { totalmem } from 'node:os';
import type { Config } from '../../config.js';

/** What one attempt may use. */
export interface AttemptLimits {
  /** Wall time, milliseconds. */
  timeMs: number;
  /** Resident memory of the process. */
  memoryBytes: number;
  /** How long a process that was told to stop has before it is killed, milliseconds. */
  graceMs: number;
  /** Bytes of log text and number of metric points kept of one attempt; what comes after is dropped. */
  logBytes: number;
  metricPoints: number;
}

/** Limits from the configuration and the machine: jobs that run at once share 80 % of its memory. */
export function attemptLimits({ worker }: Config): AttemptLimits {
  const constrained = process.constrainedMemory() ?? 0;
  const machineBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return {
    timeMs: worker.jobTimeoutMs,
    memoryBytes: Math.floor((machineBytes * 0.8) / worker.concurrency),
    graceMs: Math.min(5000, worker.leaseMs / 6),
    logBytes: 1_000_000,
    metricPoints: 20_000,
  };
}
