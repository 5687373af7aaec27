/** The words of a job that both the catalogue (which stores them) and the workers (which write them) use. */
export type JobKind = 'FINE_TUNE' | 'DATASET_IMPORT' | 'ADVICE' | 'TRANSFER_PROFILE' | 'SWEEP';

export type JobState = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Where a candidate of a sweep stands: not begun or under way, fitted, stopped by a rule, failed, a version. */
export type SweepCandidateState = 'PENDING' | 'FITTED' | 'STOPPED' | 'FAILED' | 'PUBLISHED';

export type JobEventType = 'state' | 'progress' | 'metric' | 'log';

export type ProgressUnit = 'ITEMS' | 'BYTES';

export interface JobProgress {
  /** What is being done now, in words: `reading pictures`, `extracting features`, `solving the SVM`. */
  phase: string;
  done: number;
  total: number;
  /** What `done` and `total` count. */
  unit: ProgressUnit;
  secondsLeft: number | null;
}

export interface JobError {
  code: string;
  message: string;
}

/** Which build of which package a strategy comes from: what a job is bound to. */
export interface StrategyPackage {
  /** Name in the registry; `modelzoo` for a built-in. */
  name: string;
  version: string;
  /** SHA-256, hexadecimal. */
  digest: string;
}

/** A strategy as a worker announces it: all that the API needs to list, validate and launch it. */
export interface AnnouncedStrategy {
  name: string;
  version: string;
  summary: string;
  /** JSON Schema 2020-12 of its parameters. */
  parametersSchema: Record<string, unknown>;
  needs: {
    tasks: string[];
    formats: string[];
    gpu: 'none' | 'optional' | 'required';
    /** Resident memory that a job of it needs at least. */
    memoryBytes?: number;
  };
  /** Whether it says what would come of a job without training. */
  estimates: boolean;
  /** Where it comes from. */
  package: StrategyPackage;
  /** Version of the contract it is written for, `1.0`. */
  contract: string;
}

/** A package that could not be used, as the server and workers tell of it. */
export interface RefusedStrategy {
  /** Package and version, or what the configuration lists. */
  source: string;
  /** An error code. */
  code: string;
  reason: string;
}
