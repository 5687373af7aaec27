import type { DataSource, EntityManager } from 'typeorm';

export interface SqlResult<Row> {
  rows: Row[];
  /** Rows that were read, inserted, updated or deleted. */
  count: number;
}

/**
 * One SQL statement, on a connection of the pool or, for the manager of a transaction, inside that transaction.
 * TypeORM's own `query` answers in a different shape for every kind of statement; this one does not.
 */
export async function executeSql<Row = Record<string, unknown>>(
  on: DataSource | EntityManager,
  text: string,
  values: unknown[] = [],
): Promise<SqlResult<Row>> {
  const ofTransaction = 'queryRunner' in on ? on.queryRunner : undefined;
  const runner = ofTransaction ?? ('dataSource' in on ? on.dataSource : on).createQueryRunner();
  try {
    const result = await runner.query(text, values, true);
    return { rows: (result.records ?? []) as Row[], count: result.affected ?? 0 };
  } catch (error) {
    // A text of several statements may have opened a transaction; the connection must not go back to the pool in it.
    if (ofTransaction === undefined && /^\s*BEGIN\b/.test(text)) await runner.query('ROLLBACK');
    throw error;
  } finally {
    if (ofTransaction === undefined) await runner.release();
  }
}
