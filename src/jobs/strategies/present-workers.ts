import { z } from 'zod';
import type { AnnouncedStrategy, RefusedStrategy } from '../../zoo/job-types.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import { workerGoneAfterMs } from '../worker/worker-presence.js';

/** A worker that showed itself within the hour. */
export interface PresentWorker {
  id: string;
  name: string;
  engine: string;
  device: string;
  version: string;
  hasGpu: boolean;
  jobMemoryBytes: number;
  /** Digest of what it announces; null for one from before packages, whose strategies count for nothing. */
  announcement: string | null;
  strategies: readonly AnnouncedStrategy[];
  refused: RefusedStrategy[];
  startedAt: Date;
  heartbeatAt: Date;
  /** Whether it has shown a sign of life lately. */
  alive: boolean;
}

/**
 * Every worker that showed itself within the hour, oldest first. What workers announce can be megabytes and seldom changes:
 * it is read once for each digest, however many workers announce the same, and kept while one does.
 */
export async function presentWorkers(database: Queryable): Promise<PresentWorker[]> {
  const workers = (await database.query(
    `SELECT id, name, engine, device, version, announcement, refused, has_gpu AS "hasGpu",
            job_memory_bytes::double precision AS "jobMemoryBytes", started_at AS "startedAt",
            heartbeat_at AS "heartbeatAt", heartbeat_at > now() - $1 * interval '1 millisecond' AS alive
       FROM workers ORDER BY started_at, id`,
    [workerGoneAfterMs],
  )) as Omit<PresentWorker, 'strategies'>[];
  const announced = await readAnnouncements(database, workers);
  return workers.map((worker) => ({
    ...worker,
    strategies: (worker.announcement === null ? undefined : announced.get(worker.announcement)) ?? [],
  }));
}

type Announcements = ReadonlyMap<string, AnnouncedStrategy[]>;

async function readAnnouncements(
  database: Queryable,
  workers: Pick<PresentWorker, 'announcement'>[],
): Promise<Announcements> {
  const wanted = new Set(workers.flatMap(({ announcement }) => announcement ?? []));
  const known = kept.get(database) ?? new Map<string, AnnouncedStrategy[]>();
  const missing = [...wanted].filter((digest) => !known.has(digest));
  const read =
    missing.length === 0
      ? []
      : ((await database.query(
          `SELECT DISTINCT ON (announcement) announcement, strategies FROM workers WHERE announcement = ANY($1)`,
          [missing],
        )) as { announcement: string; strategies: unknown }[]);
  const announcements = new Map<string, AnnouncedStrategy[]>();
  for (const digest of wanted) {
    const strategies = known.get(digest);
    if (strategies !== undefined) announcements.set(digest, strategies);
  }
  for (const { announcement, strategies } of read) announcements.set(announcement, understood(strategies));
  kept.set(database, announcements);
  return announcements;
}

const kept = new WeakMap<Queryable, Announcements>();

const strategySchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  summary: z.string(),
  parametersSchema: z.record(z.string(), z.unknown()),
  needs: z.object({
    tasks: z.array(z.string()),
    formats: z.array(z.string()),
    gpu: z.enum(['none', 'optional', 'required']),
    memoryBytes: z.number().optional(),
  }),
  // Workers from before contract 1.1 do not say.
  estimates: z.boolean().default(false),
  package: z.object({ name: z.string(), version: z.string(), digest: z.string() }),
  contract: z.string(),
});

/** Workers may be of another version than this server: what it does not understand it does not list. */
function understood(strategies: unknown): AnnouncedStrategy[] {
  const list = Array.isArray(strategies) ? (strategies as unknown[]) : [];
  return list.flatMap((candidate) => strategySchema.safeParse(candidate).data ?? []);
}
