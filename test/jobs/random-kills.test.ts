import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { colourArchive, endOf, launchTestImport } from './real-work.js';
import { createJobsFixture, type JobsFixture } from './support.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

/** More of both finds more: `ZOO_TEST_KILLS=100 npx vitest run test/jobs/random-kills`. */
const kills = Number(process.env['ZOO_TEST_KILLS'] ?? 8);
const jobCount = kills;

let fixture: JobsFixture;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  fixture = await createJobsFixture({ ZOO_LEASE_SECONDS: '3' });
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await fixture.close();
});

test(
  'workers killed and paused at random lose no job and publish none twice',
  { timeout: 300_000 + kills * 15_000 },
  async () => {
    const { zoo, principal } = fixture;
    const start = async () =>
      void workers.push(await startWorkerProcess(fixture, { DATABASE_STATEMENT_TIMEOUT_SECONDS: '3' }));
    await Promise.all([start(), start()]);
    const jobs: string[] = [];
    for (let job = 1; job <= jobCount; job++) {
      jobs.push(await launchTestImport(zoo, principal, `colours-${job}`, await colourArchive(8, 100 + job)));
    }
    const ended = Promise.all(jobs.map((id) => endOf(zoo, id)));
    let state = 7;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    for (let kill = 0; kill < kills; kill++) {
      // Not a wait for something to happen, but the moment at which it strikes.
      await wait(100 + random() * 1500);
      const victim = workers.splice(Math.floor(random() * workers.length), 1)[0];
      if (random() < 0.4) {
        victim?.process.kill('SIGSTOP');
        await wait(zoo.config.worker.leaseMs * 1.5);
        victim?.process.kill('SIGCONT');
        if (victim) workers.push(victim);
      } else {
        await victim?.kill();
        await start();
      }
    }
    const finished = await ended;
    const { rows } = await executeSql<{ job_id: string; count: number }>(
      zoo.database,
      `SELECT job_id, count(*)::int AS count FROM dataset_versions GROUP BY job_id`,
    );
    const versions = new Map(rows.map(({ job_id, count }) => [job_id, count]));
    for (const job of finished) {
      // A job that was struck more often than it is retried says so; anything else is a version, once.
      const given = job.error?.code === 'JOB_INFRASTRUCTURE_FAILED' ? 'FAILED' : 'COMPLETED';
      expect(job.state).toBe(given);
      expect(versions.get(job.id) ?? 0).toBe(given === 'COMPLETED' ? 1 : 0);
    }
    const attempts = await executeSql<{ outcome: string; count: number }>(
      zoo.database,
      `SELECT outcome, count(*)::int AS count FROM attempts GROUP BY outcome ORDER BY outcome`,
    );
    expect(attempts.rows.find(({ outcome }) => outcome === 'COMPLETED')?.count).toBe(
      finished.filter((job) => job.state === 'COMPLETED').length,
    );
    if (kills > 8) console.log(JSON.stringify({ kills, jobs: jobCount, attempts: attempts.rows }));
  },
);
