/**
 * How long the `strategies` query takes while many workers announce many strategies: 500 from 50 workers. Beside it the same
 * query with the built-ins alone, and what reading every worker's announcement would take.
 *
 *     npm run build && node bench/plugins/announce.mjs [requests]
 *
 * With DATABASE_URL it uses that PostgreSQL (its tables stay behind), else an embedded database in a temporary folder.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const requests = Number(process.argv[2] ?? 300);
const workers = 50;
const total = 500;

const queries = {
  list: '{ strategies { name version summary source workerCount package { name version digest } } }',
  'list with parameters':
    '{ strategies { name version summary source workerCount parametersSchema needs { tasks formats gpu } } }',
  one: '{ strategy(name: "strategy-250") { version parametersSchema versions { version workerCount } } }',
};

const folder = await mkdtemp(join(tmpdir(), 'zoo-bench-announce-'));
const server = fork(fileURLToPath(new URL('announce-server.mjs', import.meta.url)), {
  env: {
    ...process.env,
    NODE_ENV: 'production',
    ZOO_DATA_DIR: folder,
    ZOO_PORT: '0',
    ZOO_LOG_LEVEL: 'error',
    ZOO_EMBEDDED_WORKER: 'false',
    ZOO_MIN_FREE_DISK_BYTES: '0',
  },
});
const agent = new Agent({ keepAlive: true });
try {
  const { url } = await answerOf(server);
  const strategies = Array.from({ length: total }, (_, index) => strategy(index));
  const perWorker = total / workers;
  const arrangements = {
    'built-ins alone': [],
    '50 workers with 10 each': Array.from({ length: workers }, (_, at) =>
      strategies.slice(at * perWorker, (at + 1) * perWorker),
    ),
    '50 workers with all 500': Array.from({ length: workers }, () => strategies),
  };
  for (const [arrangement, announced] of Object.entries(arrangements)) {
    await ask(server, { announce: announced });
    for (const [name, query] of Object.entries(queries)) {
      if (name === 'one' && announced.length === 0) continue;
      await measure(url, query, 0, 100);
      const before = await cpuOf(server);
      const times = await measure(url, query, requests, 0);
      report(`${arrangement}: ${name}`, times, ((await cpuOf(server)) - before) / requests);
    }
    if (announced.length > 0) {
      const times = [];
      for (let at = 0; at < 20; at++) {
        // Every time something is new, so that nothing that was read before is of use.
        await ask(server, { again: [...announced[0], strategy(1000 + at)] });
        times.push(...(await measure(url, queries.list, 1, 0)));
      }
      report(`${arrangement}: list, just after an announcement`, times);
      const reads = [];
      for (let at = 0; at < 10; at++) reads.push((await ask(server, { readAll: true })).readMs);
      report(`${arrangement}: reading every announcement`, reads);
    }
    await ask(server, { withdraw: true });
  }
} finally {
  server.disconnect();
  await once(server, 'exit');
  agent.destroy();
  // The database may still be writing its last.
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

/** A strategy with 18 described parameters, as large as the largest built-in. */
function strategy(index) {
  const properties = Object.fromEntries(
    Array.from({ length: 18 }, (_, at) => [
      `parameter${at}`,
      {
        type: 'number',
        minimum: 0,
        maximum: 100,
        default: at,
        title: `Parameter ${at}`,
        description: 'What it does, when one would change it, and what happens then, in a sentence or two.',
        unit: 'pixels',
        group: at < 9 ? 'Training' : 'Output',
        advanced: at % 2 === 0,
      },
    ]),
  );
  return {
    name: `strategy-${index}`,
    version: '1.0.0',
    summary: 'What it is good for, in a sentence for someone who has to choose one.',
    parametersSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties,
      additionalProperties: false,
    },
    needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'optional' },
    estimates: false,
    package: {
      name: `zoo-strategy-${index}`,
      version: '1.0.0',
      digest: index.toString(16).padStart(64, '0'),
    },
    contract: '1.0',
  };
}

/** Milliseconds of each request, one after the other, from sending to the last byte. */
async function measure(url, query, count = requests, warmUp = 20) {
  const times = [];
  for (let at = -warmUp; at < count; at++) {
    const startedAt = performance.now();
    const body = await post(url, JSON.stringify({ query }));
    if (at >= 0) times.push(performance.now() - startedAt);
    if (!body.startsWith('{"data":{"strateg')) throw new Error(body.slice(0, 300));
  }
  return times;
}

function post(url, body) {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => resolve(Buffer.concat(chunks).toString()));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function report(what, times, cpuMs) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  console.log(
    `${what.padEnd(60)} p50 ${at(0.5).padStart(7)} ms   p95 ${at(0.95).padStart(7)} ms${cpuMs === undefined ? '' : `   processor ${cpuMs.toFixed(1).padStart(6)} ms`}`,
  );
}

/** Milliseconds of processor time that the server has used. */
async function cpuOf(child) {
  const { cpu } = await ask(child, { cpu: true });
  return (cpu.user + cpu.system) / 1000;
}

async function ask(child, message) {
  const answer = answerOf(child);
  child.send(message);
  return answer;
}

async function answerOf(child) {
  const [answer] = await once(child, 'message');
  return answer;
}
