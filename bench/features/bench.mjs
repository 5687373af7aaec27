// Images per second from JPEG file to feature row, against Keras and PyTorch on the same pictures and network.
//
//   node bench/features/bench.mjs --pictures FOLDER --python PYTHON [--count 2000] [--threads 2] [--rounds 3]
//
// FOLDER holds JPEG files at any depth; PYTHON has tensorflow, torch, torchvision and pillow. The three take turns, so
// that what else the machine does hits all of them; the figures are medians and their ratios.
import { execFileSync } from 'node:child_process';
import console from 'node:console';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string' },
    python: { type: 'string' },
    count: { type: 'string', default: '2000' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
  },
});
if (values.pictures === undefined || values.python === undefined) {
  console.error('usage: node bench/features/bench.mjs --pictures FOLDER --python PYTHON');
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const paths = readdirSync(values.pictures, { recursive: true })
  .filter((name) => /\.jpe?g$/i.test(name))
  .sort()
  .slice(0, Number(values.count))
  .map((name) => join(values.pictures, name));
const threads = Number(values.threads);
const request = JSON.stringify({ paths, threads });
const contestants = {
  modelzoo: [process.execPath, join(here, 'ours.mjs')],
  keras: [values.python, join(here, 'keras_features.py')],
  pytorch: [values.python, join(here, 'torch_features.py')],
};
const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, [command, script]] of Object.entries(contestants)) {
    const output = execFileSync(command, [script], {
      input: request,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        ...process.env,
        OMP_NUM_THREADS: String(threads),
        // PyTorch's threads would otherwise spin while they wait: doubly dear on a machine that is not idle.
        OMP_WAIT_POLICY: 'PASSIVE',
        CUDA_VISIBLE_DEVICES: '',
      },
    });
    const result = JSON.parse(output.trim().split('\n').at(-1));
    results[name].push(result);
    console.log(
      `round ${round + 1} ${name.padEnd(9)} ${result.imagesPerSecond.toFixed(1)} images/s, ` +
        `${result.imagesPerCpuSecond.toFixed(1)} per second of CPU time`,
    );
  }
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
for (const [measure, unit] of [
  ['imagesPerSecond', 'images/s'],
  ['imagesPerCpuSecond', 'images per second of CPU time'],
]) {
  const medians = Object.entries(results).map(
    ([name, list]) => `${name} ${median(list.map((result) => result[measure])).toFixed(1)}`,
  );
  console.log(`${unit}, medians: ${medians.join(', ')}`);
  for (const peer of ['keras', 'pytorch']) {
    const ratios = results.modelzoo.map((ours, round) => ours[measure] / results[peer][round][measure]);
    console.log(
      `  modelzoo / ${peer}: ${median(ratios).toFixed(2)} (${ratios.map((r) => r.toFixed(2)).join(', ')})`,
    );
  }
}
console.log(`${paths.length} pictures, ${threads} threads`);
