import type { Connection } from './connection.js';
import { failureSelection, graphqlRequest, mutate } from './graphql-request.js';
import type { JobState } from './job-event.js';

/** A fine-tune to launch. */
export interface FineTune {
  baseVersionId: string;
  datasetVersionId: string;
  strategy: string;
  /** Left out: the newest there is. */
  strategyVersion?: string;
  parameters?: Record<string, unknown>;
}

/** A line of an advice to launch. */
export interface AdvisedFineTune {
  adviceId: string;
  /** From 1. */
  rank: number;
}

/** What becomes of the result. */
export interface LaunchTarget {
  /** `owner/name` that receives the result. */
  name: string;
  visibility?: 'PUBLIC' | 'PRIVATE';
  notes?: string;
  seed?: number;
  idempotencyKey?: string;
}

const launchMutation = `mutation LaunchFineTune($input: LaunchFineTuneInput!) {
  launchFineTune(input: $input) { ${failureSelection} ... on LaunchFineTunePayload { job { id state } } }
}`;
const resultQuery = `query JobResult($id: ID!) {
  job(id: $id) { resultVersion { number model { owner { name } name } } }
}`;

/** Launches it; with an idempotency key that was used before it is the job of then. @throws ZooError with every reason why it cannot run */
export async function launchFineTune(
  connection: Connection,
  fineTune: (FineTune | AdvisedFineTune) & LaunchTarget,
): Promise<{ id: string; state: JobState }> {
  const { job } = await mutate<{ job: { id: string; state: JobState } }>(connection, launchMutation, {
    ...fineTune,
  });
  return job;
}

/** The version that came of a completed fine-tune, as `owner/name@number`. */
export async function resultOfJob(connection: Connection, jobId: string): Promise<string | undefined> {
  const { job } = await graphqlRequest<{
    job: {
      resultVersion: { number: number; model: { owner: { name: string }; name: string } } | null;
    } | null;
  }>(connection, resultQuery, { id: jobId });
  const version = job?.resultVersion;
  return version ? `${version.model.owner.name}/${version.model.name}@${version.number}` : undefined;
}
