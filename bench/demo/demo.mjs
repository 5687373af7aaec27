/**
 * The whole demo as a new user gets it after `npm ci`: the build (from nothing, after `rm -rf dist`), then the first run on an empty folder, then a second run that
 * finds everything there.
 *
 *     node bench/demo/demo.mjs
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const budgetSeconds = 60;
const folder = mkdtempSync(join(tmpdir(), 'zoo-bench-demo-'));

const build = timed('npm', ['run', '--silent', 'build']);
const first = timed(process.execPath, ['dist/cli.js', 'demo', '--exit', '--json', '--data-dir', folder]);
const second = timed(process.execPath, ['dist/cli.js', 'demo', '--exit', '--json', '--data-dir', folder]);
rmSync(folder, { recursive: true, force: true });

const { evaluation } = JSON.parse(first.stdout.trim().split('\n').at(-1));
const [low, high] = evaluation.accuracyInterval.map((value) => (100 * value).toFixed(1));
console.log(`build        ${build.seconds.toFixed(1)} s`);
console.log(
  `first run    ${first.seconds.toFixed(1)} s   accuracy ${(100 * evaluation.accuracy).toFixed(1)} % (${low}–${high} %)`,
);
console.log(`second run   ${second.seconds.toFixed(1)} s`);
console.log(
  `build + first run: ${((build.seconds + first.seconds) / budgetSeconds).toFixed(2)} of the aim of ${budgetSeconds} s`,
);

function timed(command, args) {
  const startedAt = performance.now();
  const { status, stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
  return { stdout, seconds: (performance.now() - startedAt) / 1000 };
}
