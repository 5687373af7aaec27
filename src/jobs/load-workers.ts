import { requireScope, type Principal } from '../zoo/access/principal.js';
import type { AnnouncedStrategy } from '../zoo/job-types.js';
import type { Queryable } from '../zoo/pagination/fetch-page.js';
import { announce } from '../plugins/announce.js';
import { installedStrategies } from './launch/installed-strategies.js';
import { workerGoneAfterMs } from './worker/worker-presence.js';

export interface WorkerRow {
  id: string;
  name: string;
  engine: string;
  device: string;
  version: string;
  strategies: AnnouncedStrategy[];
  startedAt: Date;
  heartbeatAt: Date;
  /** Whether it has shown a sign of life lately. */
  alive: boolean;
}

/** A strategy that can be launched here. */
export interface ListedStrategy extends AnnouncedStrategy {
  /** Workers alive that can run it. */
  workerCount: number;
}

/** Every worker that showed itself within the hour. For admins: it tells of machines. */
export async function listWorkers(database: Queryable, principal: Principal): Promise<WorkerRow[]> {
  requireScope(principal, 'admin');
  return readWorkers(database);
}

/** The strategies installed with the server, each with the workers that can run it now, and those only workers have. */
export async function listStrategies(database: Queryable): Promise<ListedStrategy[]> {
  const installed = await installedStrategies();
  const alive = (await readWorkers(database)).filter((worker) => worker.alive);
  const byName = new Map<string, ListedStrategy>();
  const announced = [
    ...installed.all.map((strategy) => announce(strategy)),
    ...alive.flatMap(({ strategies }) => strategies),
  ];
  for (const strategy of announced) {
    if (byName.has(strategy.name)) continue;
    const able = alive.filter(({ strategies }) => strategies.some(({ name }) => name === strategy.name));
    byName.set(strategy.name, { ...strategy, workerCount: able.length });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readWorkers(database: Queryable): Promise<WorkerRow[]> {
  return (await database.query(
    `SELECT id, name, engine, device, version, strategies, started_at AS "startedAt", heartbeat_at AS "heartbeatAt",
            heartbeat_at > now() - $1 * interval '1 millisecond' AS alive
       FROM workers ORDER BY started_at, id`,
    [workerGoneAfterMs],
  )) as WorkerRow[];
}
