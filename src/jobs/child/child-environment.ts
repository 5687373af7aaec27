import type { EngineConfig } from '../../config.js';
import { attemptVariable } from './attempt-processes.js';

export interface ChildEnvironmentOptions {
  /** `home` is its working directory as well. */
  folder: { home: string; temporary: string };
  threads: number;
  /** By which what it starts is known to be of this attempt. */
  mark?: string;
  /** What else of the worker's environment it sees. */
  environment?: EngineConfig['environment'];
}

/**
 * What the process of a job sees of the world. No credential of the worker is in here: an allow-list, not a copy of our
 * environment less some names.
 */
export function childEnvironment({
  folder,
  threads,
  mark,
  environment,
}: ChildEnvironmentOptions): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: folder.home,
    TMPDIR: folder.temporary,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    NODE_ENV: 'production',
    OMP_NUM_THREADS: String(threads),
    UV_THREADPOOL_SIZE: String(Math.max(4, threads)),
    ...(mark === undefined ? {} : { [attemptVariable]: mark }),
    ...tensorflowEnvironment(threads),
    ...environment,
  };
}

/** TensorFlow's library has no other place to be told these. */
export function tensorflowEnvironment(threads: number): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // The same seed is to give the same bits, on a GPU too.
    TF_DETERMINISTIC_OPS: '1',
    // Jobs that share a GPU take what they need, not all of it.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Warnings and errors; not what it thinks of the CPU.
    TF_CPP_MIN_LOG_LEVEL: '1',
  };
}
