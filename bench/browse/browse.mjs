/**
 * Browsing over HTTP: pages of 20 models with owner, newest version and metrics, out of 20,000. Ours is the whole server
 * (access, limits, GraphQL); the peer runs the same statements by bare `pg` behind bare `node:http`. Both in processes of
 * their own on one PostgreSQL, asked in turns over kept connections.
 *
 *     npm run build && DATABASE_URL=postgres://… node bench/browse/browse.mjs [rounds] [secondsPerTurn] [connections]
 *
 * DATABASE_URL must name an empty database on a real PostgreSQL.
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const [rounds = 5, seconds = 4, connections = 16] = process.argv.slice(2).map(Number);
const query = `query { models(first: 20, orderBy: UPDATED) {
  nodes { id owner { name } name task license tags updatedAt
    latestVersion { number parameterCount sizeBytes metrics { name value } } }
  pageInfo { hasNextPage endCursor } } }`;
const body = JSON.stringify({ query });

const folder = await mkdtemp(join(tmpdir(), 'zoo-bench-browse-'));
const databaseUrl = process.env.DATABASE_URL;
if (!databaseUrl) throw new Error('set DATABASE_URL to an empty database on a PostgreSQL');
const environment = {
  ...process.env,
  DATABASE_URL: databaseUrl,
  ZOO_DATA_DIR: folder,
  ZOO_PORT: '0',
  ZOO_LOG_LEVEL: 'error',
  ZOO_EMBEDDED_WORKER: 'false',
};
const ours = await start('zoo-server.mjs');
await fill(20_000);
const bare = await start('bare-server.mjs');

const [fromOurs, fromBare] = [JSON.parse(await ask(ours.url)), JSON.parse(await ask(bare.url))];
if (JSON.stringify(fromOurs.data) !== JSON.stringify(fromBare.data)) {
  throw new Error(`the two answer differently:\n${JSON.stringify(fromOurs)}\n${JSON.stringify(fromBare)}`);
}
for (const side of [ours, bare]) await load(side, 2);
const rates = { ours: [], bare: [] };
const cpuMs = { ours: [], bare: [] };
for (let round = 0; round < rounds; round++) {
  for (const [name, side] of Object.entries({ bare, ours })) {
    const turn = await load(side, seconds);
    rates[name].push(turn.perSecond);
    cpuMs[name].push(turn.cpuMsPerPage);
  }
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
console.log(
  `bare pg and node:http  ${median(rates.bare).toFixed(0)} pages/s  (${rates.bare.map(Math.round).join(', ')})`,
);
console.log(
  `ours, GraphQL          ${median(rates.ours).toFixed(0)} pages/s  (${rates.ours.map(Math.round).join(', ')})`,
);
console.log(`ours / bare            ${(median(rates.ours) / median(rates.bare)).toFixed(2)}`);
console.log(
  `processor time a page  ours ${median(cpuMs.ours).toFixed(2)} ms, bare ${median(cpuMs.bare).toFixed(2)} ms`,
);
for (const side of [ours, bare]) side.child.disconnect();
await rm(folder, { recursive: true, force: true });
process.exit();

async function start(script) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { env: environment });
  const { url } = await new Promise((resolve, reject) => {
    child.once('message', resolve).once('exit', () => reject(new Error(`${script} did not start`)));
  });
  return { child, url };
}

async function fill(count) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO accounts (name, kind) SELECT 'owner-' || i, 'USER' FROM generate_series(1, 50) i`,
  );
  await client.query(
    `INSERT INTO models (owner_id, name, task, license, tags, visibility, latest_number, updated_at)
     SELECT (SELECT id FROM accounts WHERE name = 'owner-' || (1 + i % 50)), 'model-' || i, 'image-classification', 'mit',
            ARRAY['tag-' || (i % 20), 'bench'], 'PUBLIC', 1, now() - i * interval '1 second' FROM generate_series(1, $1) i`,
    [count],
  );
  await client.query(
    `INSERT INTO model_versions (model_id, number, format, manifest, parameter_count, size_bytes, digest, created_by)
     SELECT id, 1, 'tfjs-layers', '{}', 1000000, 4000000, repeat('a', 64), owner_id FROM models`,
  );
  await client.query(
    `INSERT INTO metrics (version_id, name, value)
     SELECT id, name, random() FROM model_versions, unnest(ARRAY['accuracy', 'balancedAccuracy', 'macroF1']) name`,
  );
  await client.query('ANALYZE');
  await client.end();
}

/** Pages answered per second, and processor time the server took for each, by `connections` clients that each ask again as soon as they are answered. */
async function load({ url, child }, forSeconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + forSeconds * 1000;
  let answered = 0;
  const before = await cpuOf(child);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) {
        await ask(url, agent);
        answered += 1;
      }
    }),
  );
  agent.destroy();
  const after = await cpuOf(child);
  return { perSecond: answered / forSeconds, cpuMsPerPage: (after - before) / answered };
}

async function cpuOf(child) {
  child.send('cpu');
  const { cpu } = await new Promise((resolve) => child.once('message', resolve));
  return (cpu.user + cpu.system) / 1000;
}

function ask(url, agent) {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${response.statusCode}: ${text}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
