/**
 * From `zoo serve` to the first answered query, as a process: on an empty folder, and on the folder it left. Beside it, what
 * the embedded database alone needs for the same two: a process that opens PGlite and answers one query.
 *
 *     npm run build && node bench/start/start.mjs [repeats]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const repeats = Number(process.argv[2] ?? 3);

const rows = { fresh: [], reopened: [], 'bare PGlite, fresh': [], 'bare PGlite, reopened': [] };
for (let run = 0; run < repeats; run++) {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-bench-start-'));
  rows['bare PGlite, fresh'].push(await startBare(join(folder, 'bare')));
  rows['bare PGlite, reopened'].push(await startBare(join(folder, 'bare')));
  rows.fresh.push(await startZoo(join(folder, 'zoo')));
  rows.reopened.push(await startZoo(join(folder, 'zoo')));
  await rm(folder, { recursive: true, force: true });
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
for (const [what, values] of Object.entries(rows)) {
  console.log(
    `${what.padEnd(24)} ${(median(values) / 1000).toFixed(2)} s   (${values.map((ms) => (ms / 1000).toFixed(2)).join(', ')})`,
  );
}
console.log(
  `ours / bare: fresh ${(median(rows.fresh) / median(rows['bare PGlite, fresh'])).toFixed(2)}, reopened ${(median(rows.reopened) / median(rows['bare PGlite, reopened'])).toFixed(2)}`,
);

/** Milliseconds from spawn to the answer of the first GraphQL query. */
async function startZoo(folder) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), 'serve', '--json'], {
    env: {
      ...process.env,
      ZOO_DATA_DIR: folder,
      ZOO_PORT: '0',
      ZOO_LOG_LEVEL: 'error',
      DATABASE_URL: '',
      S3_ENDPOINT: '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url } = JSON.parse(line);
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ models { totalCount nodes { name } } }' }),
  });
  const { data } = await answer.json();
  if (data?.models.totalCount !== 0) throw new Error('the first query was not answered');
  const elapsed = performance.now() - startedAt;
  child.kill('SIGTERM');
  await once(child, 'exit');
  return elapsed;
}

async function startBare(folder) {
  const script = `
    import { PGlite } from '@electric-sql/pglite';
    const database = await PGlite.create(${JSON.stringify(folder)});
    await database.query('SELECT 1');
    process.stdout.write('answered\\n');
    await database.close();`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: child.stdout }), 'line');
  const elapsed = performance.now() - startedAt;
  await once(child, 'exit');
  return elapsed;
}
