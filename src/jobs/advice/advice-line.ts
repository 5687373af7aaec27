import type { EntityManager } from 'typeorm';
import { ZooError } from '../../errors.js';
import type { Principal } from '../../zoo/access/principal.js';
import { jobVisibleTo } from '../../zoo/access/visible-to.js';
import { executeSql } from '../queue/execute-sql.js';

/** A line of an advice as a launch takes it. */
export interface AdviceLine {
  baseVersionId: string;
  datasetVersionId: string;
  strategy: string;
  strategyVersion: string | null;
  parameters: Record<string, unknown>;
}

/** @throws ZooError NOT_FOUND where there is no such advice, it is not the principal's, or it has no such line */
export async function findAdviceLine(
  manager: EntityManager,
  principal: Principal,
  { adviceId, rank }: { adviceId: string; rank: number },
): Promise<AdviceLine> {
  const { rows } = await executeSql<AdviceLine & { rank: number }>(
    manager,
    `SELECT c.rank, c.version_id AS "baseVersionId", a.dataset_version_id AS "datasetVersionId", c.strategy,
            c.strategy_version AS "strategyVersion", c.parameters
       FROM advices a JOIN jobs asked ON asked.id = a.job_id JOIN advice_candidates c ON c.advice_id = a.id
      WHERE a.id = $1 AND ${jobVisibleTo(principal, 'asked')} ORDER BY c.rank`,
    [adviceId],
  );
  const line = rows.find((row) => row.rank === rank);
  if (line !== undefined) return line;
  if (rows.length > 0) {
    throw new ZooError('NOT_FOUND', `rank is ${rank}; the advice has lines 1 to ${rows.length}.`, {
      problems: [{ path: 'rank', message: `must be 1 to ${rows.length}`, value: rank }],
    });
  }
  throw new ZooError(
    'NOT_FOUND',
    'adviceId: there is no such advice with a line to launch, or it is not yours.',
    { problems: [{ path: 'adviceId', message: 'must be the id of an advice that you asked for' }] },
  );
}

/**
 * Looks for what a line names. What has gone since the advice is no mistake of who launches it.
 *
 * @throws ZooError ADVICE_STALE instead of NOT_FOUND and STRATEGY_UNKNOWN
 */
export async function ofAdvice<T>(find: () => T | Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ZooError && (error.code === 'NOT_FOUND' || error.code === 'STRATEGY_UNKNOWN')) {
      throw new ZooError(
        'ADVICE_STALE',
        `This line of the advice cannot be launched any more: ${error.message} Launch another line, or ask for a new advice.`,
        error.details,
      );
    }
    throw error;
  }
}
