import type { Principal } from '../../zoo/access/principal.js';
import { Account, type Job } from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';

/** The account a job works for, as the principal of what it stores. */
export async function launcherOf(zoo: Zoo, job: Job): Promise<Principal> {
  const { id, name, role } = await zoo.database
    .getRepository(Account)
    .findOneByOrFail({ id: job.launchedBy });
  return { account: { id, name, role }, scopes: new Set(['read', 'write']) };
}
