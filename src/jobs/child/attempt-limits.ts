import { totalmem } from 'node:os';
import type { Config } from '../../config.js';
import type { ReportLimits } from './report-budget.js';

/** What one attempt may use. */
export interface AttemptLimits extends ReportLimits {
  /** Wall time of all its processes, milliseconds. */
  timeMs: number;
  /** Resident memory, of a process and of all that it started together. */
  memoryBytes: number;
  /** Disk that what it writes may take, inputs not counted. */
  diskBytes: number;
  checkpointBytes: number;
  /** How long a process that was told to stop has before it is killed, milliseconds. */
  graceMs: number;
  /** Bytes of log text and number of metric points kept of one attempt; what comes after is dropped. */
  logBytes: number;
  metricPoints: number;
  /** Bytes that it may write to stderr. */
  stderrBytes: number;
}

/** Limits from the configuration and the machine: jobs that run at once share 80 % of its memory. */
export function attemptLimits({ worker }: Pick<Config, 'worker'>): AttemptLimits {
  const constrained = process.constrainedMemory() ?? 0;
  const machineBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return {
    timeMs: worker.jobTimeoutMs,
    memoryBytes: Math.floor((machineBytes * 0.8) / worker.concurrency),
    diskBytes: worker.jobDiskBytes,
    checkpointBytes: Math.min(2 * 1024 ** 3, Math.max(1, Math.floor(worker.jobDiskBytes / 4))),
    graceMs: Math.min(5000, worker.leaseMs / 6),
    logBytes: 1_000_000,
    metricPoints: 20_000,
    reports: 100_000,
    reportBytes: 64 * 1024 ** 2,
    stderrBytes: 16 * 1024 ** 2,
  };
}
