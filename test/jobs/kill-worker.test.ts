import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { KillStand } from './kill-stand.js';
import { colourArchive, endOf, launchTestImport } from './real-work.js';
import { jobById, outcomesOf } from './support.js';

let stand: KillStand;

beforeAll(async () => {
  // A paused worker may hold rows locked; the database ends its transaction after twice this time.
  stand = await KillStand.open({ DATABASE_STATEMENT_TIMEOUT_SECONDS: '3' });
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

let launched = 0;
/** Pictures that no other job had, so that the result is new to the store. */
async function launchImport(): Promise<string> {
  launched += 1;
  const archive = await colourArchive(8, launched);
  return launchTestImport(stand.fixture.zoo, stand.fixture.principal, `colours-${launched}`, archive);
}

async function versionsOf(jobId: string): Promise<number> {
  const { rows } = await executeSql<{ count: number }>(
    stand.fixture.zoo.database,
    `SELECT count(*)::int AS count FROM dataset_versions WHERE job_id = $1`,
    [jobId],
  );
  return rows[0]?.count ?? -1;
}

describe('a worker that is killed', () => {
  test.each([
    ['while it claims the job', 'INSERT ON attempts', {}],
    ['as its claim commits', 'INSERT ON attempts', { atCommit: true }],
    ['while the job reports', 'INSERT ON job_events', { when: `NEW.type = 'progress'` }],
    ['while it stores the result', 'INSERT ON blobs', {}],
    ['as a blob’s row commits', 'INSERT ON blobs', { atCommit: true }],
    ['in the middle of publishing', 'INSERT ON dataset_versions', {}],
    ['while it completes the job', 'UPDATE ON jobs', { when: `NEW.state = 'COMPLETED'` }],
    ['as the published result commits', 'INSERT ON dataset_versions', { atCommit: true }],
  ])('%s: leaves a job that another completes, once', async (_when, at, options) => {
    const jobId = await launchImport();
    await stand.killAt(at, options);
    expect(await endOf(stand.fixture.zoo, jobId)).toMatchObject({ state: 'COMPLETED', error: null });
    expect(await versionsOf(jobId)).toBe(1);
    expect((await outcomesOf(stand.fixture.zoo, jobId)).at(-1)).toBe('COMPLETED');
  });
});

describe('a worker that is paused beyond its lease', () => {
  test.each([
    ['while the job reports', 'INSERT ON job_events', { when: `NEW.type = 'progress'` }],
    ['while it stores the result', 'INSERT ON blobs', {}],
    ['in the middle of publishing', 'INSERT ON dataset_versions', {}],
  ])('%s: cannot publish when it wakes', async (_when, at, options) => {
    const jobId = await launchImport();
    await stand.gate.shut(at, options);
    const sleeper = await stand.startWorker();
    await stand.gate.reached();
    sleeper.process.kill('SIGSTOP');
    await stand.gate.remove();
    await stand.startWorker();
    const job = await endOf(stand.fixture.zoo, jobId);
    expect(job).toMatchObject({ state: 'COMPLETED' });
    sleeper.process.kill('SIGCONT');
    // It notices, drops the attempt and goes on as a worker: it leaves when it is asked to, and takes its row with it.
    const gone = once(sleeper.process, 'exit');
    sleeper.process.kill('SIGTERM');
    await gone;
    expect(await versionsOf(jobId)).toBe(1);
    const outcomes = await outcomesOf(stand.fixture.zoo, jobId);
    expect(outcomes[0]).toBe('LOST');
    expect(outcomes.filter((outcome) => outcome === 'COMPLETED')).toEqual(['COMPLETED']);
    expect(await jobById(stand.fixture.zoo, jobId)).toMatchObject({ state: 'COMPLETED', fence: job.fence });
  });
});

test('a worker outlives the loss of its database connections', async () => {
  const { database } = stand.fixture.zoo;
  const connections = async (): Promise<number[]> => {
    const { rows } = await executeSql<{ pid: number }>(
      database,
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database()`,
    );
    return rows.map(({ pid }) => pid);
  };
  const before = await connections();
  const worker = await stand.startWorker();
  const ofWorker = (await connections()).filter((pid) => !before.includes(pid));
  expect(ofWorker).not.toEqual([]);
  // Our own pool may have grown meanwhile; the connection that asks must outlive the asking.
  await database.query(
    `SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS worker (pid) WHERE pid <> pg_backend_pid()`,
    [ofWorker],
  );
  expect(await endOf(stand.fixture.zoo, await launchImport())).toMatchObject({ state: 'COMPLETED' });
  expect(worker.process.exitCode).toBeNull();
});

test('a worker that is asked to stop gives its job back at once, unharmed', async () => {
  const jobId = await launchImport();
  await stand.gate.shut('INSERT ON job_events', { when: `NEW.type = 'progress'` });
  // No heartbeat gets through while the gate is shut: the lease must not run out before the worker is asked.
  const leaving = await stand.startWorker({
    ZOO_LEASE_SECONDS: '600',
    DATABASE_STATEMENT_TIMEOUT_SECONDS: '60',
  });
  await stand.gate.reached();
  const gone = once(leaving.process, 'exit');
  leaving.process.kill('SIGTERM');
  await stand.gate.remove();
  await gone;
  const job = await jobById(stand.fixture.zoo, jobId);
  expect(['QUEUED', 'COMPLETED']).toContain(job.state);
  expect(job.infrastructureFailures).toBe(0);
  await stand.startWorker();
  expect(await endOf(stand.fixture.zoo, jobId)).toMatchObject({ state: 'COMPLETED' });
  expect(await versionsOf(jobId)).toBe(1);
});
