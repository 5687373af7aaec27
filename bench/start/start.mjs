/**
 * Embedded start to the first answered query, beside its peer and floor: PGlite alone, in-process, empty.
 * Ours adds a process, the folder lock, the socket, TypeORM and every migration. Run after `npm run build`:
 *   node bench/start/start.mjs [rounds, 3 by default]
 */
import { PGlite } from '@electric-sql/pglite';
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';

const [, , argument = '3', folderToOpen] = process.argv;
if (argument === 'zoo' || argument === 'pglite') {
  const started = performance.now();
  const { answered, close } = await (argument === 'zoo' ? openZoo(folderToOpen) : openPglite(folderToOpen));
  process.stdout.write(String(answered - started));
  await close();
  process.exit(0);
}

const results = { 'zoo fresh': [], 'pglite fresh': [], 'zoo again': [], 'pglite again': [] };
for (let round = 0; round < Number(argument); round += 1) {
  for (const what of ['zoo', 'pglite']) {
    const folder = await mkdtemp(join(tmpdir(), 'zoo-bench-'));
    results[`${what} fresh`].push(measure(what, folder));
    results[`${what} again`].push(measure(what, folder));
    await rm(folder, { recursive: true, force: true });
  }
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
process.stdout.write(
  `${cpus().length} × ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}, Node ${process.version}\n`,
);
for (const when of ['fresh', 'again']) {
  const [zoo, pglite] = [median(results[`zoo ${when}`]), median(results[`pglite ${when}`])];
  process.stdout.write(
    `${when}: zoo ${(zoo / 1000).toFixed(2)} s, bare PGlite ${(pglite / 1000).toFixed(2)} s, ratio ${(zoo / pglite).toFixed(2)}\n`,
  );
}

/** In a process of its own: the second of two in one process would find everything compiled. */
function measure(what, folder) {
  return Number(
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), what, folder], { encoding: 'utf8' }),
  );
}

async function openZoo(folder) {
  const { loadConfig } = await import('../../dist/config.js');
  const { openDatabase } = await import('../../dist/zoo/database/open-database.js');
  const config = loadConfig({ ZOO_DATA_DIR: folder });
  const { dataSource, close } = await openDatabase(config, pino({ level: 'silent' }));
  await dataSource.query('SELECT count(*) FROM models');
  return { answered: performance.now(), close };
}

async function openPglite(folder) {
  const database = await PGlite.create({ dataDir: folder });
  await database.query('SELECT 1');
  return { answered: performance.now(), close: () => database.close() };
}
