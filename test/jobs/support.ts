import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../src/config.js';
import type { Fence } from '../../src/jobs/events/job-events.js';
import { claimJob } from '../../src/jobs/queue/claim-job.js';
import { enqueueJob, type JobQueue } from '../../src/jobs/queue/queue.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { sweepJobs } from '../../src/jobs/queue/sweep-jobs.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { Job } from '../../src/zoo/database/entities/index.js';
import { openObjectStore } from '../../src/zoo/object-store/open-object-store.js';
import type { Zoo } from '../../src/zoo/zoo.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

export interface JobsFixture {
  zoo: Zoo;
  /** Undefined for the embedded database, which no second process can open. */
  databaseUrl: string | undefined;
  /** An account that may launch. */
  principal: Principal;
  close(): Promise<void>;
}

/**
 * A zoo on a fresh real database and a local store in a temporary folder. Leases last longer than any test, unless
 * `ZOO_LEASE_SECONDS` says otherwise: a test that nobody renews one in must not lose it on a busy machine.
 */
export async function createJobsFixture(
  environment: Record<string, string> = {},
  createDatabase: () => Promise<TestDatabase & { url?: string }> = createTestDatabase,
): Promise<JobsFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-jobs-'));
  const database = await createDatabase();
  const config = loadConfig({
    ZOO_DATA_DIR: folder,
    ZOO_LEASE_SECONDS: '600',
    // A suite sees the jobs that it launches and no others.
    ZOO_TRANSFER_PROFILES: 'false',
    ...environment,
  });
  const store = await openObjectStore(config);
  const zoo: Zoo = { config, database: database.dataSource, store, log: pino({ level: 'silent' }) };
  const principal = await createPrincipal(zoo, 'ada');
  return {
    zoo,
    databaseUrl: database.url,
    principal,
    close: async () => {
      await store.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function createPrincipal(
  zoo: Zoo,
  name: string,
  role: 'ADMIN' | 'MEMBER' = 'MEMBER',
): Promise<Principal> {
  const { rows } = await executeSql<{ id: string }>(
    zoo.database,
    `INSERT INTO accounts (name, kind, role) VALUES ($1, 'USER', $2) RETURNING id`,
    [name, role],
  );
  return {
    account: { id: rows[0]?.id ?? '', name, role },
    scopes: new Set(role === 'ADMIN' ? ['read', 'write', 'launch', 'admin'] : ['read', 'write', 'launch']),
  };
}

/** A queued job, as a launch leaves it. Its archive does not exist: for tests that never run it. */
export async function queueTestJob(zoo: Zoo, principal: Principal): Promise<string> {
  return zoo.database.transaction(async (manager) => {
    const job = await manager.save(
      manager.create(Job, {
        kind: 'DATASET_IMPORT',
        launchedBy: principal.account?.id ?? randomUUID(),
        parameters: { archive: '0'.repeat(64) },
      }),
    );
    await enqueueJob(manager, job.id);
    return job.id;
  });
}

/** Claims a waiting job as a worker does that looks for jobs that others left. */
export async function claimTestJob(zoo: Zoo, queue: JobQueue, jobId: string): Promise<Fence> {
  const claimed = await claimJob(zoo, queue, { jobId }, { workerId: 'worker-1', canRun: () => true });
  if (claimed === undefined) throw new Error('the job could not be claimed');
  return { jobId, fence: claimed.fence };
}

/** Takes a running job back from a worker that is silent for longer than its lease. */
export async function takeBackTestJob(zoo: Zoo, jobId: string): Promise<void> {
  await letLeaseRunOut(zoo, jobId);
  await sweepJobs(zoo);
}

/** How the attempts of a job ended, in their order; null: it runs. */
export async function outcomesOf(zoo: Zoo, jobId: string): Promise<(string | null)[]> {
  const { rows } = await executeSql<{ outcome: string | null }>(
    zoo.database,
    `SELECT outcome FROM attempts WHERE job_id = $1 ORDER BY fence`,
    [jobId],
  );
  return rows.map(({ outcome }) => outcome);
}

/** Claims the next delivery, as if its pause were over. */
export async function claimNext(zoo: Zoo, queue: JobQueue): Promise<Fence> {
  await executeSql(zoo.database, `UPDATE job_queue.job SET start_after = now() - interval '1s'`);
  const delivery = await queue.fetch();
  if (delivery === undefined) throw new Error('nothing was delivered');
  const claimed = await claimJob(zoo, queue, delivery, { workerId: 'worker-1', canRun: () => true });
  if (claimed === undefined) throw new Error('the job could not be claimed');
  return { jobId: delivery.jobId, fence: claimed.fence };
}

export async function jobById(zoo: Zoo, id: string): Promise<Job> {
  return zoo.database.getRepository(Job).findOneByOrFail({ id });
}

/** As if the worker had been silent for longer than its lease. */
export async function letLeaseRunOut(zoo: Zoo, jobId: string): Promise<void> {
  await executeSql(
    zoo.database,
    `UPDATE jobs SET lease_expires_at = now() - interval '1 second' WHERE id = $1`,
    [jobId],
  );
}
