import type { JobState } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from '../queue/execute-sql.js';
import { readJobEvents, type JobEventRow } from './job-events.js';
import { jobSignals } from './job-signals.js';
import { pollWatchedJob } from './watched-jobs.js';

const pageSize = 200;

/**
 * Follows a job's log from a cursor: first what is there, then what comes, whichever process writes it; ends after the
 * job's last event. Calling `return()` ends it at once, also while it waits.
 *
 * @param after `seq` of the last event already seen; 0 for all.
 */
export function watchJobEvents(zoo: Zoo, jobId: string, after: number): AsyncIterableIterator<JobEventRow> {
  const stop = new AbortController();
  const events = followLog(zoo, jobId, after, stop.signal);
  return {
    next: () => events.next(),
    return: () => {
      // A generator that waits would not hear of its end before something happens to the job.
      stop.abort();
      return events.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* followLog(
  zoo: Zoo,
  jobId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<JobEventRow, undefined> {
  const change = listenForChanges(zoo, jobId, signal);
  try {
    for (let seen = after; !signal.aborted;) {
      change.forget();
      const events = await readJobEvents(zoo.database, jobId, seen, pageSize);
      for (const event of events) {
        yield event;
        seen = event.seq;
      }
      if (events.length === pageSize) continue;
      if (await isLastEvent(zoo, jobId, seen)) return;
      await change.next();
    }
  } finally {
    change.close();
  }
}

/** Remembers a change that comes while nobody waits, so that none is missed between a read and the wait after it. */
function listenForChanges(zoo: Zoo, jobId: string, signal: AbortSignal) {
  const signals = jobSignals(zoo.database);
  const stopPolling = pollWatchedJob(zoo, jobId);
  let changed = false;
  let wake: (() => void) | undefined;
  const onChange = (id: string) => {
    if (id !== jobId) return;
    changed = true;
    wake?.();
  };
  const onAbort = () => wake?.();
  signals.on('changed', onChange);
  signal.addEventListener('abort', onAbort);
  return {
    forget() {
      changed = false;
    },
    async next() {
      if (!changed && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    },
    close() {
      signals.off('changed', onChange);
      signal.removeEventListener('abort', onAbort);
      stopPolling();
    },
  };
}

/** True when the job has ended and `seq` is its last event; also for a job that is gone. */
async function isLastEvent(zoo: Zoo, jobId: string, seq: number): Promise<boolean> {
  const { rows } = await executeSql<{ state: JobState; last: number }>(
    zoo.database,
    `SELECT state, last_event_seq AS last FROM jobs WHERE id = $1`,
    [jobId],
  );
  const row = rows[0];
  return row === undefined || (row.state !== 'QUEUED' && row.state !== 'RUNNING' && seq >= row.last);
}
