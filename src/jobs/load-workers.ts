import { requireScope, type Principal } from '../zoo/access/principal.js';
import type { Queryable } from '../zoo/pagination/fetch-page.js';
import { presentWorkers, type PresentWorker } from './strategies/present-workers.js';

/** Every worker that showed itself within the hour. For admins: it tells of machines. */
export async function listWorkers(database: Queryable, principal: Principal): Promise<PresentWorker[]> {
  requireScope(principal, 'admin');
  return presentWorkers(database);
}
