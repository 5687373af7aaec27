import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ZooError } from '../../errors.js';
import type { Connection } from './connection.js';
import { graphqlRequest, toZooError } from './graphql-request.js';
import { endsJob, jobEventSelection, type JobEvent } from './job-event.js';

const subscription = `subscription FollowJob($jobId: ID!, $after: String) {
  jobEvents(jobId: $jobId, after: $after) { ${jobEventSelection} }
}`;
const log = `query JobLog($jobId: ID!, $after: String) {
  job(id: $jobId) { events(first: 100, after: $after) { nodes { ${jobEventSelection} } } }
}`;

const pollMs = 1_000;

/** How long the WebSocket may take to open before the log is polled instead. */
const openMs = 5_000;

/**
 * The log of a job from its beginning, live, until the job ends. It comes over a WebSocket; where that cannot be had (a
 * proxy that does not pass it on) or breaks off, the log is polled from the same cursor: no event is lost or doubled.
 *
 * @throws ZooError NOT_FOUND, UNAUTHENTICATED, SERVER_UNREACHABLE
 */
export async function* followJob(
  connection: Connection,
  jobId: string,
  signal: AbortSignal,
): AsyncGenerator<JobEvent, void> {
  let last: JobEvent | undefined;
  const pass = function* (events: Iterable<JobEvent>) {
    for (const event of events) {
      if (last !== undefined && event.seq <= last.seq) continue;
      last = event;
      yield event;
    }
  };
  for await (const event of subscribe(connection, jobId, signal)) yield* pass([event]);
  while (!signal.aborted && (last === undefined || !endsJob(last))) {
    const events = await readLog(connection, jobId, last?.cursor);
    yield* pass(events);
    if (events.length === 0) await wait(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Ends, without an error, when the WebSocket cannot be had or breaks off. What the server refuses is thrown. */
async function* subscribe(
  connection: Connection,
  jobId: string,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  const client = createClient({
    url: `${connection.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` },
    connectionAckWaitTimeout: openMs,
    retryAttempts: 0,
  });
  const results = client.iterate<{ jobEvents: JobEvent }>({ query: subscription, variables: { jobId } });
  const stop = () => void client.dispose();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const { data, errors } of results) {
      if (errors?.[0]) throw toZooError(errors[0].extensions?.['code'], errors[0].message);
      if (!data) continue;
      yield data.jobEvents;
      if (endsJob(data.jobEvents)) return;
    }
  } catch (error) {
    if (error instanceof ZooError) throw error;
    // graphql-ws throws what the server refused as a list, and a broken connection as an event or an error.
    const [refused] = Array.isArray(error)
      ? (error as { message: string; extensions?: Record<string, unknown> }[])
      : [];
    if (refused) throw toZooError(refused.extensions?.['code'], refused.message);
  } finally {
    signal.removeEventListener('abort', stop);
    await client.dispose();
  }
}

async function readLog(
  connection: Connection,
  jobId: string,
  after: string | undefined,
): Promise<JobEvent[]> {
  const { job } = await graphqlRequest<{ job: { events: { nodes: JobEvent[] } } | null }>(connection, log, {
    jobId,
    after,
  });
  if (job === null) throw new ZooError('NOT_FOUND', 'There is no such job, or it is not yours.');
  return job.events.nodes;
}
