import type { EntityManager, DataSource } from 'typeorm';
import PgBoss from 'pg-boss';
import type { JobKind } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from './execute-sql.js';

/** Postgres schema of pg-boss, made by a migration together with the queues. */
export const queueSchema = 'job_queue';
export const queueName = 'jobs';

/** What was fetched: the queue's word that a job waits. The job's row decides whether it still does. */
export interface Delivery {
  id: string;
  jobId: string;
}

/** The receiving end of the queue, as one worker process holds it. */
export interface JobQueue {
  /** The next delivery, or undefined when none waits. */
  fetch(): Promise<Delivery | undefined>;
  /** Marks a delivery answered, in the transaction that answers it. */
  complete(manager: EntityManager, delivery: Delivery): Promise<void>;
  /** The delivery could not be answered: it comes again after a pause, and after the last try it is kept as dead. */
  fail(delivery: Delivery, error: unknown): Promise<void>;
  close(): Promise<void>;
}

/**
 * Queues a job in the transaction of `manager`, after its row: row and delivery appear together or not at all. Delivering a
 * job twice does no harm, as only a QUEUED job can be claimed. What nobody waits for comes after everything else.
 *
 * @param delaySeconds earliest delivery from now, for retries with growing pauses.
 */
export async function enqueueJob(
  manager: EntityManager,
  jobId: string,
  options: { delaySeconds?: number } = {},
): Promise<void> {
  await sender.send(
    queueName,
    { jobId },
    {
      db: databaseOf(manager),
      singletonKey: jobId,
      startAfter: options.delaySeconds ?? 0,
      priority: await priorityOf(manager, jobId),
    },
  );
}

async function priorityOf(manager: EntityManager, jobId: string): Promise<number> {
  const { rows } = await executeSql<{ kind: JobKind }>(manager, `SELECT kind FROM jobs WHERE id = $1`, [
    jobId,
  ]);
  return rows[0]?.kind === 'TRANSFER_PROFILE' ? -1 : 0;
}

/** Starts the receiving end: brings the queue's schema up to the installed pg-boss and keeps it swept. */
export async function openJobQueue(zoo: Zoo): Promise<JobQueue> {
  const boss = new PgBoss({
    db: databaseOf(zoo.database),
    schema: queueSchema,
    schedule: false,
    maintenanceIntervalSeconds: 60,
  });
  boss.on('error', (error) => zoo.log.error({ error }, 'the job queue reports an error'));
  await boss.start();
  return {
    async fetch() {
      const [job] = await boss.fetch<{ jobId: string }>(queueName, { batchSize: 1, priority: true });
      return job && { id: job.id, jobId: job.data.jobId };
    },
    async complete(manager, delivery) {
      await boss.complete(queueName, delivery.id, {}, { db: databaseOf(manager) });
    },
    async fail(delivery, error) {
      await boss.fail(queueName, delivery.id, {
        message: error instanceof Error ? error.message : String(error),
      });
    },
    close: () => boss.stop({ graceful: false, close: false }),
  };
}

/** Only writes deliveries, each into the transaction it is given, and so needs no connection and no start. */
const sender = new PgBoss({
  schema: queueSchema,
  db: {
    executeSql: () => Promise.reject(new Error('a delivery is written in the transaction of its job')),
  },
});

/** pg-boss runs on our connections: the same pool, PGlite or PostgreSQL alike. */
function databaseOf(on: DataSource | EntityManager): PgBoss.Db {
  return {
    async executeSql(text, values) {
      const { rows } = await executeSql<Record<string, unknown>>(on, text, values);
      return { rows };
    },
  };
}
