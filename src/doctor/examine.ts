import { mkdir } from 'node:fs/promises';
import { pino } from 'pino';
import type { Config } from '../config.js';
import { ZooError } from '../errors.js';
import { checkFreeSpace, freeSpace } from '../zoo/disk-space.js';
import { connectDatabase } from '../zoo/database/open-database.js';
import { migrationStatus } from '../zoo/database/migrate.js';
import { openObjectStore } from '../zoo/object-store/open-object-store.js';
import { examineEngines } from './examine-engines.js';
import type { Finding } from './finding.js';

/** Looks at everything a server and a worker need on this machine. Changes nothing but the data folder, which it makes. */
export async function examine(config: Config): Promise<Finding[]> {
  return [
    { what: 'Node.js', ok: true, detail: `${process.version} on ${process.platform} ${process.arch}` },
    ...(await Promise.all([
      find('features', () => describePackage('onnxruntime-node', 'computes features; only workers need it')),
      find('pictures', () => describePackage('sharp', 'decodes pictures; only workers need it')),
      find('starters', () => describePackage('nsfwjs', 'ships two starter networks; optional')),
      find('disk', () => describeDisk(config)),
    ])),
    await find('database', () => describeDatabase(config)),
    await find('store', () => describeStore(config)),
    ...(await examineEngines(config)),
  ];
}

async function find(what: string, look: () => string | Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, detail: await look() };
  } catch (error) {
    return {
      what,
      ok: false,
      detail: error instanceof ZooError ? `${error.code}: ${error.message}` : String(error),
    };
  }
}

/** Finds the package without loading it. */
function describePackage(name: string, use: string): string {
  try {
    import.meta.resolve(name);
  } catch {
    throw new ZooError('INTERNAL', `${name} is not installed (${use}). Run \`npm ci\`.`);
  }
  return `${name} is installed (${use})`;
}

async function describeDisk(config: Config): Promise<string> {
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  await checkFreeSpace(config.dataDirectory, config.limits.minFreeDiskBytes);
  const free = await freeSpace(config.dataDirectory);
  return `${Math.floor(free / 2 ** 30)} GB free in ${config.dataDirectory}`;
}

async function describeDatabase(config: Config): Promise<string> {
  const database = await connectDatabase(config, pino({ level: 'silent' }));
  try {
    const { dataSource } = database;
    const status = await migrationStatus(dataSource);
    const pending = status.filter((migration) => !migration.applied).length;
    const kind = config.database.url === undefined ? 'embedded, ' : '';
    const standing =
      pending === 0 ? 'schema up to date' : `${pending} migrations pending; the next start applies them`;
    return `${kind}PostgreSQL ${dataSource.driver.version ?? ''}, ${standing}`;
  } finally {
    await database.close();
  }
}

async function describeStore(config: Config): Promise<string> {
  const store = await openObjectStore(config);
  try {
    await store.check();
    return store.kind === 's3' ? `S3 at ${config.s3?.endpoint ?? ''}` : 'local folder';
  } finally {
    await store.close();
  }
}
