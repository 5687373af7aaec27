import type { Connection } from './connection.js';
import { failureSelection, graphqlRequest, mutate } from './graphql-request.js';
import type { FineTune, LaunchTarget } from './launch-fine-tune.js';

/** A sweep to launch. */
export interface Sweep extends LaunchTarget {
  datasetVersionId: string;
  candidates: SweepCandidateInput[];
  adviceId?: string;
  top?: number;
  publish: 'BEST' | 'ALL';
}

export type SweepCandidateInput = Omit<FineTune, 'datasetVersionId'>;

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

/** A line of an advice that could not be launched any more. */
export interface LeftOutLine {
  rank: number;
  reason: string;
}

export interface SweepTable {
  leftOut: LeftOutLine[];
  candidates: SweptCandidate[];
  best: { ordinal: number } | null;
}

const launchMutation = `mutation LaunchSweep($input: LaunchSweepInput!) {
  launchSweep(input: $input) { ${failureSelection} ... on LaunchSweepPayload { job { id sweep { leftOut { rank reason } } } } }
}`;

const score = 'imageCount accuracy accuracyInterval { low high }';
const name = 'number model { owner { name } name }';
const tableQuery = `query SweepTable($id: ID!) {
  job(id: $id) { sweep {
    leftOut { rank reason }
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
): Promise<{ id: string; leftOut: LeftOutLine[] }> {
  const { job } = await mutate<{ job: { id: string; sweep: Pick<SweepTable, 'leftOut'> } }>(
    connection,
    launchMutation,
    { ...sweep },
  );
  return { id: job.id, leftOut: job.sweep.leftOut };
}

/** What came of a sweep so far; undefined for a job that is none. */
export async function sweepOfJob(connection: Connection, jobId: string): Promise<SweepTable | undefined> {
  const { job } = await graphqlRequest<{ job: { sweep: SweepTable | null } | null }>(connection, tableQuery, {
    id: jobId,
  });
  return job?.sweep ?? undefined;
}
