import { ZooError } from '../../errors.js';
import { requireScope, type Principal } from '../../zoo/access/principal.js';
import { jobVisibleTo } from '../../zoo/access/visible-to.js';
import { recordAudit } from '../../zoo/audit.js';
import { Job } from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';
import { dropUnfinished } from '../queue/end-attempt.js';
import { executeSql } from '../queue/execute-sql.js';
import { appendStateEvent } from '../events/job-events.js';
import { jobSignals } from '../events/job-signals.js';

/**
 * Cancels a job: a waiting one at once, a running one as soon as its worker hears of it, at the latest with its next
 * heartbeat. Cancelling twice is no error.
 *
 * @throws ZooError NOT_FOUND, JOB_ALREADY_FINISHED, FORBIDDEN without the scope `launch`.
 */
export async function cancelJob(zoo: Zoo, principal: Principal, jobId: string): Promise<Job> {
  const account = requireScope(principal, 'launch');
  const job = await zoo.database.transaction(async (manager) => {
    const { rows } = await executeSql<Pick<Job, 'state'>>(
      manager,
      `SELECT state FROM jobs AS job WHERE id = $1 AND ${jobVisibleTo(principal, 'job')} FOR UPDATE`,
      [jobId],
    );
    const state = rows[0]?.state;
    if (state === undefined) {
      throw new ZooError('NOT_FOUND', 'There is no such job, or it is not yours.');
    }
    if (state === 'COMPLETED' || state === 'FAILED') {
      throw new ZooError(
        'JOB_ALREADY_FINISHED',
        `The job is ${state}; only a waiting or running job can be cancelled.`,
      );
    }
    if (state === 'QUEUED') {
      await executeSql(
        manager,
        `UPDATE jobs SET state = 'CANCELLED', cancel_requested_at = now(), finished_at = now() WHERE id = $1`,
        [jobId],
      );
      await dropUnfinished(manager, jobId);
      await appendStateEvent(manager, jobId, 'CANCELLED');
    } else if (state === 'RUNNING') {
      await executeSql(
        manager,
        `UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, now()) WHERE id = $1`,
        [jobId],
      );
    }
    if (state !== 'CANCELLED') await recordAudit(manager, account.id, 'job.cancel', jobId);
    return manager.findOneByOrFail(Job, { id: jobId });
  });
  const signals = jobSignals(zoo.database);
  signals.emit('cancelled', jobId);
  signals.emit('changed', jobId);
  return job;
}
