import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { claimJob } from '../../src/jobs/queue/claim-job.js';
import { endAttempt } from '../../src/jobs/queue/end-attempt.js';
import { appendFencedEvents, type Fence } from '../../src/jobs/events/job-events.js';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { watchJobEvents } from '../../src/jobs/events/watch-job-events.js';
import { connectDataSource } from '../../src/zoo/database/data-source.js';
import type { Zoo } from '../../src/zoo/zoo.js';
import { createJobsFixture, queueTestJob, type JobsFixture } from './support.js';

let fixture: JobsFixture;
/** The same database as another process sees it: no signal of this process reaches its watchers. */
let elsewhere: Zoo;
let queue: JobQueue;

beforeAll(async () => {
  fixture = await createJobsFixture();
  const log = pino({ level: 'silent' });
  const database = await connectDataSource(
    {
      address: { url: fixture.databaseUrl ?? '' },
      poolSize: 4,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 60_000,
    },
    log,
  );
  elsewhere = { ...fixture.zoo, database };
  queue = await openJobQueue(fixture.zoo);
});
afterAll(async () => {
  await queue.close();
  await elsewhere.database.destroy();
  await fixture.close();
});

async function runningJob(): Promise<Fence> {
  const jobId = await queueTestJob(fixture.zoo, fixture.principal);
  const delivery = await queue.fetch();
  const claimed =
    delivery && (await claimJob(fixture.zoo, queue, delivery, { workerId: 'worker-1', canRun: () => true }));
  return { jobId, fence: claimed?.fence ?? -1 };
}

const note = (zoo: Zoo, held: Fence, message: string) =>
  appendFencedEvents(zoo.database, held, [{ type: 'log', payload: { message } }]);

test('replays the log from the cursor, goes on with what other processes write, and ends with the job', async () => {
  const held = await runningJob();
  await note(fixture.zoo, held, 'first');
  await note(fixture.zoo, held, 'second');
  const events = watchJobEvents(elsewhere, held.jobId, 2);
  expect((await events.next()).value).toMatchObject({ seq: 3, payload: { message: 'second' } });
  const pending = events.next();
  await note(fixture.zoo, held, 'third');
  expect((await pending).value).toMatchObject({ seq: 4, payload: { message: 'third' } });
  await endAttempt(fixture.zoo, held, { kind: 'failed', error: { code: 'JOB_FAILED', message: 'No.' } });
  expect((await events.next()).value).toMatchObject({ seq: 5, payload: { state: 'FAILED' } });
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

test('gives every watcher the whole log, in order', async () => {
  const held = await runningJob();
  const watchers = Array.from({ length: 5 }, (_, index) =>
    watchJobEvents(index % 2 ? elsewhere : fixture.zoo, held.jobId, 0),
  );
  const reading = Promise.all(
    watchers.map(async (events) => {
      const seen: number[] = [];
      for await (const event of events) seen.push(event.seq);
      return seen;
    }),
  );
  for (let line = 0; line < 300; line++) await note(fixture.zoo, held, `line ${line}`);
  await endAttempt(fixture.zoo, held, { kind: 'cancelled' });
  const whole = Array.from({ length: 302 }, (_, index) => index + 1);
  expect(await reading).toEqual(watchers.map(() => whole));
});

test('ends at once when its reader leaves, also while nothing happens', async () => {
  const held = await runningJob();
  const events = watchJobEvents(elsewhere, held.jobId, 1);
  const pending = events.next();
  await events.return?.();
  expect(await pending).toEqual({ done: true, value: undefined });
});

test('ends for a job that was cancelled before anything ran', async () => {
  const jobId = await queueTestJob(fixture.zoo, fixture.principal);
  await cancelJob(fixture.zoo, fixture.principal, jobId);
  const states: unknown[] = [];
  for await (const event of watchJobEvents(elsewhere, jobId, 0)) states.push(event.payload['state']);
  expect(states).toEqual(['CANCELLED']);
});
