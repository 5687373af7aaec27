import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { engineConfig, engineVariables, type EngineConfig } from './engine.js';
import { bytes, wholeNumber, yesOrNo } from './variable-kinds.js';

/** What runs jobs, and what a job may use. */
export const workerVariables = {
  ZOO_EMBEDDED_WORKER: yesOrNo.prefault('true').describe('whether `zoo serve` runs a worker of its own'),
  ZOO_WORKER_CONCURRENCY: wholeNumber(1, 64).prefault('1').describe('jobs a worker runs at once'),
  ZOO_WORKER_THREADS: wholeNumber(1, 256)
    .optional()
    .describe('CPU threads a job may use; all cores by default'),
  ...engineVariables,
  ZOO_LEASE_SECONDS: wholeNumber(3, 3600)
    .prefault('30')
    .describe('seconds without a heartbeat after which a job is given to another worker'),
  ZOO_JOB_TIMEOUT_MINUTES: wholeNumber(1, 100_000)
    .prefault('1440')
    .describe('minutes after which one attempt of a job is stopped'),
  ZOO_JOB_DISK_BYTES: bytes
    .prefault('20GB')
    .describe('disk that one attempt of a job may fill, its inputs and the caches not counted'),
  ZOO_TRANSFER_PROFILES: yesOrNo
    .prefault('true')
    .describe('whether a worker without other work measures what models are worth on the data sets'),
  ZOO_CACHE_BYTES: bytes.prefault('20GB').describe('size of the worker’s cache of blobs and features'),
};

export interface WorkerConfig {
  readonly embedded: boolean;
  readonly concurrency: number;
  readonly threads: number;
  readonly leaseMs: number;
  readonly jobTimeoutMs: number;
  readonly jobDiskBytes: number;
  readonly cacheBytes: number;
  readonly transferProfiles: boolean;
  readonly engine: EngineConfig;
}

export function workerConfig(value: z.output<z.ZodObject<typeof workerVariables>>): WorkerConfig {
  return {
    embedded: value.ZOO_EMBEDDED_WORKER,
    concurrency: value.ZOO_WORKER_CONCURRENCY,
    threads: value.ZOO_WORKER_THREADS ?? availableParallelism(),
    leaseMs: value.ZOO_LEASE_SECONDS * 1000,
    jobTimeoutMs: value.ZOO_JOB_TIMEOUT_MINUTES * 60_000,
    jobDiskBytes: value.ZOO_JOB_DISK_BYTES,
    cacheBytes: value.ZOO_CACHE_BYTES,
    transferProfiles: value.ZOO_TRANSFER_PROFILES,
    engine: engineConfig(value),
  };
}
