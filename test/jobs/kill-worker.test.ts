import { once } from 'node:events';
import type { DataSource, QueryRunner } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { colourArchive, endOf, launchTestImport } from './real-work.js';
import { createJobsFixture, jobById, type JobsFixture } from './support.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

let fixture: JobsFixture;
let gate: Gate;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  fixture = await createJobsFixture();
  gate = await Gate.open(fixture.zoo.database);
});
afterEach(async () => {
  await gate.remove();
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
});
afterAll(async () => {
  await gate.close();
  await fixture.close();
});

async function startWorker(): Promise<WorkerProcess> {
  // A paused worker may hold rows locked; the database ends its transaction after twice this time.
  const worker = await startWorkerProcess(fixture, { DATABASE_STATEMENT_TIMEOUT_SECONDS: '3' });
  workers.push(worker);
  return worker;
}

/**
 * Holds a worker up at a step of its work: a trigger makes the statement that begins the step wait for an advisory lock,
 * so that the test knows where the worker is, with nothing in the product to help.
 */
class Gate {
  readonly #key = 4711;
  #trigger: { name: string; table: string } | undefined;

  private constructor(
    private readonly database: DataSource,
    private readonly holder: QueryRunner,
  ) {}

  static async open(database: DataSource): Promise<Gate> {
    await database.query(`CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$`);
    return new Gate(database, database.createQueryRunner());
  }

  /** @param at the trigger's event, for example `INSERT ON blobs`. */
  async shut(at: string, options: { when?: string; atCommit?: boolean } = {}): Promise<void> {
    const table = /ON (\w+)/.exec(at)?.[1] ?? '';
    this.#trigger = { name: 'gate', table };
    await this.holder.query('SELECT pg_advisory_lock($1)', [this.#key]);
    const when = options.when === undefined ? '' : `WHEN (${options.when})`;
    await this.database.query(
      options.atCommit === true
        ? `CREATE CONSTRAINT TRIGGER gate AFTER ${at} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW ${when} EXECUTE FUNCTION gate()`
        : `CREATE TRIGGER gate AFTER ${at} FOR EACH ROW ${when} EXECUTE FUNCTION gate()`,
    );
  }

  /** Resolves once someone stands before the gate. */
  async reached(): Promise<void> {
    await expect
      .poll(
        async () => {
          const { rows } = await executeSql(
            this.database,
            `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted`,
            [this.#key],
          );
          return rows.length;
        },
        { timeout: 30_000, interval: 20 },
      )
      .toBeGreaterThan(0);
  }

  /** Opens it for whoever stands there, and for all who come. */
  async remove(): Promise<void> {
    if (this.#trigger === undefined) return;
    const { table, name } = this.#trigger;
    this.#trigger = undefined;
    await this.holder.query('SELECT pg_advisory_unlock($1)', [this.#key]);
    await this.database.query(`DROP TRIGGER ${name} ON ${table}`);
  }

  close(): Promise<void> {
    return this.holder.release();
  }
}

let launched = 0;
/** Pictures that no other job had, so that the result is new to the store. */
async function launchImport(): Promise<string> {
  launched += 1;
  const archive = await colourArchive(8, launched);
  return launchTestImport(fixture.zoo, fixture.principal, `colours-${launched}`, archive);
}

async function versionsOf(jobId: string): Promise<number> {
  const { rows } = await executeSql<{ count: number }>(
    fixture.zoo.database,
    `SELECT count(*)::int AS count FROM dataset_versions WHERE job_id = $1`,
    [jobId],
  );
  return rows[0]?.count ?? -1;
}

async function outcomesOf(jobId: string): Promise<(string | null)[]> {
  const { rows } = await executeSql<{ outcome: string | null }>(
    fixture.zoo.database,
    `SELECT outcome FROM attempts WHERE job_id = $1 ORDER BY fence`,
    [jobId],
  );
  return rows.map(({ outcome }) => outcome);
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
    await gate.shut(at, options);
    const victim = await startWorker();
    await gate.reached();
    await victim.kill();
    await gate.remove();
    await startWorker();
    expect(await endOf(fixture.zoo, jobId)).toMatchObject({ state: 'COMPLETED', error: null });
    expect(await versionsOf(jobId)).toBe(1);
    expect((await outcomesOf(jobId)).at(-1)).toBe('COMPLETED');
  });
});

describe('a worker that is paused beyond its lease', () => {
  test.each([
    ['while the job reports', 'INSERT ON job_events', { when: `NEW.type = 'progress'` }],
    ['while it stores the result', 'INSERT ON blobs', {}],
    ['in the middle of publishing', 'INSERT ON dataset_versions', {}],
  ])('%s: cannot publish when it wakes', async (_when, at, options) => {
    const jobId = await launchImport();
    await gate.shut(at, options);
    const sleeper = await startWorker();
    await gate.reached();
    sleeper.process.kill('SIGSTOP');
    await gate.remove();
    await startWorker();
    const job = await endOf(fixture.zoo, jobId);
    expect(job).toMatchObject({ state: 'COMPLETED' });
    sleeper.process.kill('SIGCONT');
    // It notices, drops the attempt and goes on as a worker: it leaves when it is asked to, and takes its row with it.
    const gone = once(sleeper.process, 'exit');
    sleeper.process.kill('SIGTERM');
    await gone;
    expect(await versionsOf(jobId)).toBe(1);
    const outcomes = await outcomesOf(jobId);
    expect(outcomes[0]).toBe('LOST');
    expect(outcomes.filter((outcome) => outcome === 'COMPLETED')).toEqual(['COMPLETED']);
    expect(await jobById(fixture.zoo, jobId)).toMatchObject({ state: 'COMPLETED', fence: job.fence });
  });
});

test('a worker outlives the loss of its database connections', async () => {
  const { database } = fixture.zoo;
  const connections = async (): Promise<number[]> => {
    const { rows } = await executeSql<{ pid: number }>(
      database,
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database()`,
    );
    return rows.map(({ pid }) => pid);
  };
  const before = await connections();
  const worker = await startWorker();
  const ofWorker = (await connections()).filter((pid) => !before.includes(pid));
  expect(ofWorker).not.toEqual([]);
  await database.query(`SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS worker (pid)`, [ofWorker]);
  expect(await endOf(fixture.zoo, await launchImport())).toMatchObject({ state: 'COMPLETED' });
  expect(worker.process.exitCode).toBeNull();
});

test('a worker that is asked to stop gives its job back at once, unharmed', async () => {
  const jobId = await launchImport();
  await gate.shut('INSERT ON job_events', { when: `NEW.type = 'progress'` });
  const leaving = await startWorker();
  await gate.reached();
  const gone = once(leaving.process, 'exit');
  leaving.process.kill('SIGTERM');
  await gate.remove();
  await gone;
  const job = await jobById(fixture.zoo, jobId);
  expect(['QUEUED', 'COMPLETED']).toContain(job.state);
  expect(job.infrastructureFailures).toBe(0);
  await startWorker();
  expect(await endOf(fixture.zoo, jobId)).toMatchObject({ state: 'COMPLETED' });
  expect(await versionsOf(jobId)).toBe(1);
});
