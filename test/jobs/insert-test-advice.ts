import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import type { Principal } from '../../src/zoo/access/principal.js';
import { Job } from '../../src/zoo/database/entities/index.js';
import type { Zoo } from '../../src/zoo/zoo.js';

/** A line of an advice that a test makes up; its parameters are the strategy's defaults. */
export interface TestLine {
  baseVersionId: string;
  strategy: string;
}

/** The rows of an advice that nobody measured, promising 90 % in the first line and 10 points less from line to line. */
export async function insertTestAdvice(
  zoo: Zoo,
  principal: Principal,
  datasetVersionId: string,
  lines: readonly TestLine[],
): Promise<string> {
  const { manager } = zoo.database;
  const job = await manager.save(
    manager.create(Job, {
      kind: 'ADVICE',
      state: 'COMPLETED',
      launchedBy: principal.account?.id ?? '',
      datasetVersionId,
    }),
  );
  const { rows } = await executeSql<{ id: string }>(
    zoo.database,
    `INSERT INTO advices (job_id, dataset_version_id, summary, stays_linear, measurements, not_measured, corrections)
     VALUES ($1, $2, 'Try them.', false, '{}', '[]', '{}') RETURNING id`,
    [job.id, datasetVersionId],
  );
  const adviceId = rows[0]?.id ?? '';
  for (const [at, { baseVersionId, strategy }] of lines.entries()) {
    const value = 0.9 - at / 10;
    await executeSql(
      zoo.database,
      `INSERT INTO advice_candidates (advice_id, rank, version_id, strategy, parameters, launched_parameters, accuracy, reason, warnings)
       VALUES ($1, $2, $3, $4, '{}', '{}', $5, 'Because.', '[]')`,
      [
        adviceId,
        at + 1,
        baseVersionId,
        strategy,
        JSON.stringify({ value, low: value - 0.1, high: value + 0.1 }),
      ],
    );
  }
  return adviceId;
}
