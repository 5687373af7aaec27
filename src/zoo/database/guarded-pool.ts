import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel.js';
import { ZooError } from '../../errors.js';
import { databaseFault } from './database-fault.js';

/** The transaction, if any, whose callback the current asynchronous call runs in. */
const currentTransaction = new AsyncLocalStorage<{ open: boolean }>();

/**
 * A `pg.Pool` that holds the database room's one rule: **inside a transaction use the manager you were given, never
 * a second connection.** The embedded database has a single session, so a second connection would wait for a
 * transaction that waits for it, forever; on PostgreSQL the same code would read past the transaction and, under
 * load, empty the pool into the same deadlock. Here it fails at once, on both, with a message that says so.
 */
export class GuardedPool extends pg.Pool {
  /** A host that is a folder is a unix socket's, and the only one of those is the embedded database's. */
  private readonly database = this.options.host?.startsWith('/') ? ('embedded' as const) : undefined;

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | void {
    const connecting = currentTransaction.getStore()?.open
      ? Promise.reject(secondConnection())
      : super
          .connect()
          .catch((error: unknown) => Promise.reject(databaseFault(error, this.database) ?? error));
    if (callback === undefined) return connecting;
    connecting.then(
      (client) => callback(undefined, client, (broken) => client.release(broken)),
      (error: Error) => callback(error, undefined, () => undefined),
    );
  }
}

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (broken?: Error | boolean) => void,
) => void;

/** Makes the callbacks of `dataSource.transaction` known to the pool. */
export function guardTransactions(dataSource: DataSource): void {
  const manager = dataSource.manager;
  const transaction = manager.transaction.bind(manager);
  type Run<T> = (manager: EntityManager) => Promise<T>;
  const guard =
    <T>(run: Run<T>): Run<T> =>
    async (inner) => {
      const state = { open: true };
      try {
        return await currentTransaction.run(state, () => run(inner));
      } finally {
        state.open = false;
      }
    };
  const guarded = <T>(isolationOrRun: IsolationLevel | Run<T>, run?: Run<T>): Promise<T> => {
    if (typeof isolationOrRun === 'function') return transaction(guard(isolationOrRun));
    if (run === undefined) throw new TypeError('transaction(isolation, run) was called without run.');
    return transaction(isolationOrRun, guard(run));
  };
  manager.transaction = guarded as EntityManager['transaction'];
}

function secondConnection(): Error {
  return new ZooError(
    'INTERNAL',
    'A transaction asked for a second database connection. Inside a transaction use its own manager ' +
      '(manager.query, manager.getRepository, …), not the data source: the embedded database has one session and would wait for itself.',
  );
}
