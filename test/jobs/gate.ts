import { expect } from 'vitest';
import type { DataSource, QueryRunner } from 'typeorm';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';

/**
 * Holds a worker up at a step of its work: a trigger makes the statement that begins the step wait for an advisory lock,
 * so that the test knows where the worker is, with nothing in the product to help.
 */
export class Gate {
  readonly #key = 4711;
  #trigger: { name: string; table: string } | undefined;

  private constructor(
    private readonly database: DataSource,
    private readonly holder: QueryRunner,
  ) {}

  static async open(database: DataSource): Promise<Gate> {
    await database.query(`CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$`);
    return new Gate(database, database.createQueryRunner());
  }

  /** @param at the trigger's event, for example `INSERT ON blobs`. */
  async shut(at: string, options: { when?: string; atCommit?: boolean } = {}): Promise<void> {
    const table = /ON (\w+)/.exec(at)?.[1] ?? '';
    this.#trigger = { name: 'gate', table };
    await this.holder.query('SELECT pg_advisory_lock($1)', [this.#key]);
    const when = options.when === undefined ? '' : `WHEN (${options.when})`;
    await this.database.query(
      options.atCommit === true
        ? `CREATE CONSTRAINT TRIGGER gate AFTER ${at} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW ${when} EXECUTE FUNCTION gate()`
        : `CREATE TRIGGER gate AFTER ${at} FOR EACH ROW ${when} EXECUTE FUNCTION gate()`,
    );
  }

  /** Resolves once someone stands before the gate. Other databases of the server have gates of their own. */
  async reached(): Promise<void> {
    await expect
      .poll(async () => {
        const { rows } = await executeSql(
          this.database,
          `SELECT 1 FROM pg_locks
              WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
          [this.#key],
        );
        return rows.length;
      })
      .toBeGreaterThan(0);
  }

  /** Opens it for whoever stands there, and for all who come. */
  async remove(): Promise<void> {
    if (this.#trigger === undefined) return;
    const { table, name } = this.#trigger;
    this.#trigger = undefined;
    await this.holder.query('SELECT pg_advisory_unlock($1)', [this.#key]);
    await this.database.query(`DROP TRIGGER ${name} ON ${table}`);
  }

  close(): Promise<void> {
    return this.holder.release();
  }
}
