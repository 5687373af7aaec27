import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from './connection.js';
import { graphqlRequest } from './graphql-request.js';

/** How often is looked whether a worker has come. */
const lookEveryMs = 5_000;

/**
 * What a queued job waits for where no worker can run it: said at once, and again when it changes. It ends with the wait,
 * with `signal`, or when the server does not answer: following the job itself goes on.
 */
export async function* followWait(
  connection: Connection,
  jobId: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let said: string | null = null;
  while (!signal.aborted) {
    const answer = await graphqlRequest<{ job: { state: string; waitingFor: string | null } | null }>(
      connection,
      `query JobWait($id: ID!) { job(id: $id) { state waitingFor } }`,
      { id: jobId },
    ).catch(() => undefined);
    if (signal.aborted || answer?.job?.state !== 'QUEUED') return;
    const { waitingFor } = answer.job;
    if (waitingFor !== null && waitingFor !== said) yield waitingFor;
    said = waitingFor;
    await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
