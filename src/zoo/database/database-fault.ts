import type { DataSource } from 'typeorm';
import { ZooError } from '../../errors.js';
import { diskNearlyFull } from '../disk-space.js';

/** Codes of Node's sockets and of PostgreSQL (SQLSTATE) that mean: it was not the query's fault. */
const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or shutting down
  '53300', // too_many_connections
  '08000',
  '08003',
  '08006',
]);

const diskFull = '53100';
/** A write in a read-only transaction: the state in which a nearly full disk puts the embedded database. */
const readOnly = '25006';

/** What to do about codes that a person can mend. */
const advice: Record<string, string> = {
  '28P01': 'It refused the user or the password; check DATABASE_URL.',
  '28000': 'It refused the user; check DATABASE_URL.',
  '3D000': 'There is no such database; create it or check DATABASE_URL.',
  [readOnly]: 'It accepts no writes; point DATABASE_URL at the primary server, not at a standby.',
  '53300': 'It has no connection left; lower DATABASE_POOL_SIZE or raise its max_connections.',
  ENOTFOUND: 'Its host name is not known; check DATABASE_URL.',
  ECONNREFUSED: 'Nothing listens at its address; check that it runs and what DATABASE_URL says.',
};

/**
 * What a failed query or connection means to a person when it was not the query's fault: DATABASE_UNAVAILABLE or
 * DISK_NEARLY_FULL; undefined when it was (or is a fault of the program).
 * Messages of drivers hold addresses and user names, so none is passed on.
 */
export function databaseFault(error: unknown, database?: 'embedded'): ZooError | undefined {
  if (error instanceof ZooError) {
    return error.code === 'DATABASE_UNAVAILABLE' || error.code === 'DISK_NEARLY_FULL' ? error : undefined;
  }
  const { code, text } = facts(error);
  if (code === diskFull || (code === readOnly && database === 'embedded')) return diskNearlyFull();
  const known =
    unavailableCodes.has(code) ||
    code in advice ||
    /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Cannot use a pool after/.test(
      text,
    );
  if (!known) return undefined;
  const message =
    database === 'embedded'
      ? 'The embedded database does not answer. It is started again by itself: try again in a moment; if it goes on, the server’s log says why.'
      : `The database does not answer. ${advice[code] ?? 'Try again; if it goes on, its log says why.'}`;
  return new ZooError('DATABASE_UNAVAILABLE', message, code === '' ? {} : { reason: code }, { cause: error });
}

/** Texts that PostgreSQL cannot hold, as values and within JSON: NUL characters. */
const unacceptableText = new Set(['22021', '22P05']);

function textFault(error: unknown): ZooError | undefined {
  if (!unacceptableText.has(facts(error).code)) return undefined;
  return new ZooError(
    'INPUT_INVALID',
    'A text holds a NUL character, which is no text; leave it out.',
    {},
    { cause: error },
  );
}

/** TypeORM wraps a driver's error in one of its own; several addresses give an AggregateError. */
function facts(error: unknown): { code: string; text: string } {
  if (!(error instanceof Error)) return { code: '', text: '' };
  const inner = 'driverError' in error && error.driverError instanceof Error ? error.driverError : error;
  const first: unknown = inner instanceof AggregateError ? inner.errors[0] : inner;
  const code = first instanceof Error && 'code' in first ? String(first.code ?? '') : '';
  return { code, text: inner.message };
}

/**
 * Makes every query of the data source, in transactions too, fail with what `databaseFault` says where it says something,
 * and with INPUT_INVALID where it was given text that is none.
 */
export function nameFaults(dataSource: DataSource, database?: 'embedded'): void {
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const queryRunner = create(mode);
    const query = queryRunner.query.bind(queryRunner) as (...parameters: unknown[]) => Promise<unknown>;
    queryRunner.query = ((...parameters: unknown[]) =>
      query(...parameters).catch((error: unknown) =>
        Promise.reject(databaseFault(error, database) ?? textFault(error) ?? error),
      )) as typeof queryRunner.query;
    return queryRunner;
  };
}
