/**
 * What 50 installed strategy packages cost the start of `zoo serve`: the same server without any in turn, each to its first
 * answered query and to the answer that lists its strategies, and what it computed until then. Beside it the very first start,
 * at which every package is asked.
 *
 *     npm run build && node bench/plugins/start.mjs [repeats] [packages]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { digestPackage } from '../../dist/plugins/packages/digest-package.js';
import { updatePluginsFile } from '../../dist/plugins/packages/plugins-file.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const repeats = Number(process.argv[2] ?? 5);
const packages = Number(process.argv[3] ?? 50);
const builtIns = 3;

const folder = await mkdtemp(join(tmpdir(), 'zoo-bench-plugins-'));
const without = { data: join(folder, 'without'), plugins: join(folder, 'no-plugins'), strategies: builtIns };
const withAll = {
  data: join(folder, 'with'),
  plugins: join(folder, 'plugins'),
  strategies: builtIns + packages,
};
try {
  await installPackages(withAll.plugins, packages);
  await start(without);
  report('first start, packages asked', [await start(withAll)]);
  const rows = { without: [], with: [] };
  for (let round = 0; round < repeats; round += 1) {
    rows.without.push(await start(without));
    rows.with.push(await start(withAll));
  }
  report('reopened, no package', rows.without);
  report(`reopened, ${packages} packages`, rows.with);
  for (const what of ['open', 'listed', 'processor']) {
    const more = median(rows.with.map((each) => each[what])) - median(rows.without.map((each) => each[what]));
    console.log(`${what}: ${(more / 1000).toFixed(2)} s more`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Packages as `zoo plugin add` leaves them, a few files each. */
async function installPackages(plugins, count) {
  const installs = [];
  for (let number = 0; number < count; number += 1) {
    const name = `bench-strategy-${number}`;
    const own = join(plugins, 'installs', name, 'node_modules', name);
    await mkdir(own, { recursive: true });
    await symlink(root.replace(/\/$/, ''), join(own, '..', 'modelzoo'));
    await writeFile(join(own, 'package.json'), JSON.stringify(manifestOf(name)));
    await writeFile(join(own, 'index.js'), moduleOf(name));
    await writeFile(join(own, 'fit.js'), 'export function fit() {}\n'.padEnd(20_000, '// code\n'));
    await writeFile(join(own, 'README.md'), 'What it does. '.repeat(200));
    installs.push({
      package: name,
      version: '1.0.0',
      digest: await digestPackage(own),
      folder: name,
      addedAt: new Date().toISOString(),
    });
  }
  await updatePluginsFile(plugins, (file) => ({ ...file, installs }));
}

function manifestOf(name) {
  return {
    name,
    version: '1.0.0',
    type: 'module',
    exports: './index.js',
    peerDependencies: { modelzoo: '*' },
    modelzoo: { contract: '1.0' },
  };
}

function moduleOf(name) {
  const fields = Array.from(
    { length: 10 },
    (_, number) => `p${number}: z.number().min(0).max(1).default(0.5).describe('Parameter ${number}.'),`,
  );
  return `import { defineStrategy, z } from 'modelzoo/plugin';
export default defineStrategy({
  name: '${name}', version: '1.0.0', summary: 'A strategy of the bench.',
  parameters: z.object({ ${fields.join(' ')} }),
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: () => [],
  load: () => import('./fit.js'),
});
`;
}

/** Milliseconds from spawn to the first answer, and to the one that lists the strategies. */
async function start({ data, plugins, strategies }) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), 'serve', '--json'], {
    env: {
      ...process.env,
      ZOO_DATA_DIR: data,
      ZOO_PLUGINS_DIR: plugins,
      ZOO_PORT: '0',
      ZOO_LOG_LEVEL: 'error',
      DATABASE_URL: '',
      S3_ENDPOINT: '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url } = JSON.parse(line);
  await ask(url, '{ models { totalCount } }');
  const open = performance.now() - startedAt;
  const answer = await ask(url, '{ strategies { name } }');
  const listed = performance.now() - startedAt;
  const count = answer.strategies.length;
  if (count !== strategies) throw new Error(`${count} strategies are listed, not ${strategies}`);
  const processor = processorTime(child.pid);
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { open, listed, processor };
}

/** What the server has computed so far, milliseconds, whatever else the machine does. Linux counts it in hundredths of seconds. */
function processorTime(processId) {
  const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function ask(url, query) {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await answer.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

function report(what, runs) {
  const seconds = (field) => {
    const values = runs.map((run) => run[field] / 1000).sort((a, b) => a - b);
    const range = values.length > 1 ? ` (${values[0].toFixed(2)} to ${values.at(-1).toFixed(2)})` : '';
    return `${median(values).toFixed(2)} s${range}`;
  };
  console.log(
    `${what.padEnd(28)} first answer ${seconds('open').padEnd(22)} strategies listed ${seconds('listed').padEnd(22)} processor ${seconds('processor')}`,
  );
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
