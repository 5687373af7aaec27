import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { entryPoint } from '../../entry-points.js';
import { ZooError } from '../../errors.js';
import type { ErrorCode } from '../../error-codes.js';
import { checkFreeSpace } from '../disk-space.js';

/** PGlite in a child process, reachable through a unix socket. */
export interface EmbeddedDatabase {
  /** Folder of the socket, only for this user: what pg takes as `host`. */
  socketFolder: string;
  /** Process number of the child that runs now. */
  pid(): number | undefined;
  /** Ends the child after a clean shutdown of the database. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  dataDirectory: string;
  /** Below this much free space the database turns read-only. */
  minFreeBytes: number;
  /** A child that has not answered for this long (it is in a query, or blocked by a full disk) is replaced; 0: never. */
  stuckAfterMs: number;
}

/** What the child is told on its command line. */
export interface ChildOptions {
  dataDirectory: string;
  minFreeBytes: number;
  socketPath: string;
}

/** What the child says. */
export type ChildMessage =
  | { type: 'ready' | 'pong' }
  | { type: 'failed'; code: ErrorCode; message: string; details: Record<string, unknown>; cause?: string };

/** How often a child is asked at most whether it still answers. */
const maxPingMs = 5_000;
/** A child that ends by itself is started again, but not more often than this in a minute. */
const maxRestartsPerMinute = 5;

/**
 * Starts the embedded database and keeps it running: a child that dies or hangs is replaced. Rows that were
 * acknowledged are there again, statements that were under way fail with DATABASE_UNAVAILABLE.
 *
 * @throws ZooError DATA_DIRECTORY_LOCKED, DISK_NEARLY_FULL, DATABASE_UNAVAILABLE
 */
export async function startEmbeddedDatabase(
  options: EmbeddedOptions,
  log: Logger,
): Promise<EmbeddedDatabase> {
  // Private models and data sets lie in there: for this user alone.
  await mkdir(options.dataDirectory, { recursive: true, mode: 0o700 });
  await checkFreeSpace(options.dataDirectory, options.minFreeBytes);
  const socketFolder = await mkdtemp(join(shortTemporaryFolder(), 'zoo-'));
  const supervisor = new Supervisor(options, socketFolder, log);
  try {
    await supervisor.start();
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  return { socketFolder, pid: () => supervisor.pid, close: () => supervisor.close() };
}

class Supervisor {
  private child: ChildProcess | undefined;
  private closing = false;
  private readonly restarts: number[] = [];
  private restarting: Promise<void> | undefined;

  constructor(
    private readonly options: EmbeddedOptions,
    private readonly socketFolder: string,
    private readonly log: Logger,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  async start(): Promise<void> {
    const socketPath = join(this.socketFolder, '.s.PGSQL.5432');
    await mkdir(this.socketFolder, { recursive: true, mode: 0o700 });
    await rm(socketPath, { force: true });
    const { dataDirectory, minFreeBytes } = this.options;
    const child = fork(
      entryPoint('zoo/database/pglite-child'),
      [JSON.stringify({ dataDirectory, minFreeBytes, socketPath } satisfies ChildOptions)],
      // Nothing of the environment: no credentials, no NODE_OPTIONS that were meant for the server.
      { env: {}, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    );
    this.child = child;
    child.stderr?.on('data', (text: Buffer) => this.log.warn({ text: text.toString() }, 'embedded database'));
    await this.ready(child);
    const stopWatching = this.watch(child);
    child.once('exit', (code, signal) => {
      stopWatching();
      if (this.closing) return;
      this.log.error({ code, signal }, 'the embedded database has ended; starting it again');
      this.restarting = this.restart();
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.restarting?.catch(() => undefined);
    const child = this.child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      if (child.connected) child.send({ type: 'stop' }, () => undefined);
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(patience);
    }
    await rm(this.socketFolder, { recursive: true, force: true });
  }

  private async ready(child: ChildProcess): Promise<void> {
    const message = await Promise.race([
      once(child, 'message').then(([first]: unknown[]) => first as ChildMessage),
      once(child, 'exit').then(() => undefined),
    ]);
    if (message?.type === 'ready') return;
    if (message?.type !== 'failed') {
      throw new ZooError(
        'DATABASE_UNAVAILABLE',
        'The process of the embedded database ended before it was ready.',
      );
    }
    if (message.cause !== undefined)
      this.log.error({ cause: message.cause }, 'the embedded database did not start');
    throw new ZooError(message.code, message.message, message.details);
  }

  /** Kills a child that answers nothing for `stuckAfterMs`. Counts ticks, so that a suspended laptop is no offence. */
  private watch(child: ChildProcess): () => void {
    const { stuckAfterMs } = this.options;
    if (stuckAfterMs === 0) return () => undefined;
    const pingMs = Math.min(maxPingMs, stuckAfterMs / 4);
    let unanswered = 0;
    child.on('message', () => (unanswered = 0));
    const timer = setInterval(() => {
      if (unanswered * pingMs > stuckAfterMs) {
        this.log.error('the embedded database does not answer; replacing its process');
        child.kill('SIGKILL');
      }
      unanswered += 1;
      if (child.connected) child.send({ type: 'ping' }, () => undefined);
    }, pingMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  private async restart(): Promise<void> {
    const now = performance.now();
    this.restarts.push(now);
    if (this.restarts.filter((at) => now - at < 60_000).length > maxRestartsPerMinute) {
      this.log.fatal(
        'the embedded database ends again and again; giving up. Restart the server when the cause is mended.',
      );
      return;
    }
    try {
      await checkFreeSpace(this.options.dataDirectory, this.options.minFreeBytes);
      await this.start();
      this.log.info('the embedded database runs again');
    } catch (error) {
      this.log.error({ err: error }, 'the embedded database could not be started again');
      if (this.closing) return;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return this.closing ? undefined : this.restart();
    }
  }
}

/** A socket's path may have 104 bytes on macOS, 108 on Linux; some TMPDIRs alone are longer. */
function shortTemporaryFolder(): string {
  return Buffer.byteLength(tmpdir()) <= 70 ? tmpdir() : '/tmp';
}
