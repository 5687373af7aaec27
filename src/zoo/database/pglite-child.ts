import { PGlite } from '@electric-sql/pglite';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ZooError } from '../../errors.js';
import { freeSpace } from '../disk-space.js';
import { lockDataDirectory } from './data-directory-lock.js';
import type { ChildMessage, ChildOptions } from './embedded-database.js';
import { extensions, makeDataFolder } from './new-data-folder.js';
import { SessionServer } from './session-server.js';

/**
 * The process of the embedded database: PGlite blocks the process it runs in while a query runs, so it gets its own.
 * It locks the data folder, serves the socket, and goes, cleanly, when its server goes.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;

// Ctrl-C and service managers signal the whole group. The server decides when its database goes.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

try {
  await serve();
} catch (error) {
  const known = error instanceof ZooError;
  tell({
    type: 'failed',
    code: known ? error.code : 'DATABASE_UNAVAILABLE',
    message: known ? error.message : 'The embedded database could not start; the server’s log says why.',
    details: known ? error.details : {},
    cause: known ? undefined : String(error instanceof Error ? error.stack : error),
  });
  if (process.connected) process.disconnect();
  process.exitCode = 1;
}

async function serve(): Promise<void> {
  const folder = join(options.dataDirectory, 'database');
  const lock = await lockDataDirectory(options.dataDirectory, process.ppid);
  await makeDataFolder(folder);
  let writable = true;
  const database = await PGlite.create({ dataDir: folder, extensions });
  const server = new SessionServer(
    database,
    () => writable,
    (error) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
  await server.listen(options.socketPath);
  const watch = setInterval(() => {
    void freeSpace(folder).then(
      (bytes) => (writable = bytes >= options.minFreeBytes),
      () => undefined,
    );
  }, 1000);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    clearInterval(watch);
    await server.close();
    await database.close();
    await lock.release();
    await rm(dirname(options.socketPath), { recursive: true, force: true });
    process.exit(0);
  };
  process.on('disconnect', () => void stop());
  process.on('message', (message: { type: 'ping' | 'stop' }) => {
    if (message.type === 'stop') void stop();
    else tell({ type: 'pong' });
  });
  // The server may have gone while the database opened.
  if (!process.connected) await stop();
  tell({ type: 'ready' });
}

function tell(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}
