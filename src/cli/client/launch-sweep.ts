import type { Connection } from './connection.js';
import { failureSelection, graphqlRequest, mutate } from './graphql-request.js';
import type { JobState } from './job-event.js';

/** A sweep to launch. */
export interface Sweep {
  datasetVersionId: string;
  candidates: SweepCandidateInput[];
  adviceId?: string;
  top?: number;
  publish: 'BEST' | 'ALL';
  /** `owner/name` that receives the versions. */
  name: string;
  visibility?: 'PUBLIC' | 'PRIVATE';
  notes?: string;
  seed?: number;
  idempotencyKey?: string;
}

export interface SweepCandidateInput {
  baseVersionId: string;
  strategy: string;
  strategyVersion?: string;
  parameters: Record<string, unknown>;
}

interface Score {
  imageCount: number;
  accuracy: number;
  accuracyInterval: { low: number; high: number };
}

interface VersionName {
  number: number;
  model: { owner: { name: string }; name: string };
}

/** A candidate and what came of it, as the table shows it. */
export interface SweptCandidate {
  ordinal: number;
  base: VersionName | null;
  strategy: string;
  strategyVersion: string;
  parameters: Record<string, unknown>;
  adviceRank: number | null;
  expected: { value: number; low: number; high: number } | null;
  state: 'PENDING' | 'FITTED' | 'STOPPED' | 'FAILED' | 'PUBLISHED';
  reason: string | null;
  error: { code: string; message: string } | null;
  seconds: number | null;
  validation: Score | null;
  test: Score | null;
  comparison: {
    difference: number;
    differenceInterval: { low: number; high: number };
    pValue: number;
    adjustedPValue: number;
    verdict: 'BETTER' | 'INDISTINGUISHABLE' | 'WORSE';
  } | null;
  version: VersionName | null;
}

export interface SweepTable {
  candidates: SweptCandidate[];
  best: { ordinal: number } | null;
}

const launchMutation = `mutation LaunchSweep($input: LaunchSweepInput!) {
  launchSweep(input: $input) { ${failureSelection} ... on LaunchSweepPayload { job { id state } } }
}`;

const score = 'imageCount accuracy accuracyInterval { low high }';
const name = 'number model { owner { name } name }';
const tableQuery = `query SweepTable($id: ID!) {
  job(id: $id) { sweep {
    best { ordinal }
    candidates {
      ordinal base { ${name} } strategy strategyVersion parameters adviceRank expected { value low high } state reason
      error { code message } seconds validation { ${score} } test { ${score} } version { ${name} }
      comparison { difference differenceInterval { low high } pValue adjustedPValue verdict }
    }
  } }
}`;

/** Launches it; with an idempotency key that was used before it is the job of then. @throws ZooError with every reason why it cannot run */
export async function launchSweep(
  connection: Connection,
  sweep: Sweep,
): Promise<{ id: string; state: JobState }> {
  const { job } = await mutate<{ job: { id: string; state: JobState } }>(connection, launchMutation, {
    ...sweep,
  });
  return job;
}

/** What came of a sweep so far; undefined for a job that is none. */
export async function sweepOfJob(connection: Connection, jobId: string): Promise<SweepTable | undefined> {
  const { job } = await graphqlRequest<{ job: { sweep: SweepTable | null } | null }>(connection, tableQuery, {
    id: jobId,
  });
  return job?.sweep ?? undefined;
}
