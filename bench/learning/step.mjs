// Images per second of a training step of MobileNetV2, against Keras and PyTorch with the same freezing.
//
//   node bench/learning/step.mjs --python PYTHON [--threads 2] [--rounds 3] [--batch 16] [--only tail,frozen,training]
//     [--keras graph|xla] [--pytorch contiguous|channels_last|compiled|compiled_channels_last]
//     [--device cpu|gpu] [--peers keras,pytorch]
//
// PYTHON has tensorflow, torch and torchvision. On a GPU ours is tfjs-node-gpu, from where workers find it. Of each peer every form is tried once, unless one is asked for, and the
// fastest goes on. Contestants take turns, so that what else the machine does hits all of them; ratios are taken
// within a round, and the median counts.
import { execFileSync } from 'node:child_process';
import console from 'node:console';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    batch: { type: 'string', default: '16' },
    keras: { type: 'string' },
    pytorch: { type: 'string' },
    only: { type: 'string', default: 'tail,frozen,training' },
    device: { type: 'string', default: 'cpu' },
    peers: { type: 'string', default: 'keras,pytorch' },
  },
});
if (values.python === undefined || !['cpu', 'gpu'].includes(values.device)) {
  console.error('usage: node bench/learning/step.mjs --python PYTHON [--device cpu|gpu]');
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const threads = Number(values.threads);
const onGpu = values.device === 'gpu';
const rounds = Number(values.rounds);

/** What is trained, and how often a step is timed on a CPU. */
const works = {
  tail: { from: 'block_13_expand', batchNormalization: 'frozen', steps: 30 },
  frozen: { from: null, batchNormalization: 'frozen', steps: 8 },
  training: { from: null, batchNormalization: 'training', steps: 8 },
};
const titles = {
  tail: 'from block_13_expand, batch normalisation frozen',
  frozen: 'whole network, batch normalisation frozen',
  training: 'whole network, batch normalisation trained',
};
const peers = values.peers.split(',');
const known = {
  modelzoo: { command: [process.execPath, join(here, 'ours-step.mjs')], forms: ['compiled'] },
  keras: {
    command: [values.python, join(here, 'step_keras.py')],
    forms: formsOf(values.keras, ['graph', 'xla']),
  },
  pytorch: {
    command: [values.python, join(here, 'step_torch.py')],
    forms: formsOf(values.pytorch, ['contiguous', 'channels_last', 'compiled', 'compiled_channels_last']),
  },
};

const contestants = Object.fromEntries(['modelzoo', ...peers].map((name) => [name, known[name]]));

for (const name of values.only.split(',')) {
  console.log(`\n${titles[name]}`);
  const best = {};
  for (const [contestant, { forms }] of Object.entries(contestants)) {
    best[contestant] = fastest(contestant, forms, name);
  }
  const results = Object.fromEntries(Object.keys(contestants).map((contestant) => [contestant, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [contestant, form] of Object.entries(best)) {
      const result = run(contestant, form, name);
      if (result === undefined) throw new Error(`${contestant} failed`);
      results[contestant].push(result);
      show(`round ${round + 1} ${contestant} ${form}`, result);
    }
  }
  for (const [contestant, list] of Object.entries(results)) {
    show(`median ${contestant} ${best[contestant]}`, medians(list));
  }
  for (const peer of peers) {
    for (const measure of ['imagesPerSecond', 'imagesPerCpuSecond']) {
      const ratios = results.modelzoo.map((ours, round) => ours[measure] / results[peer][round][measure]);
      const all = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
      console.log(`  modelzoo / ${peer}, ${measure}: ${median(ratios).toFixed(2)} (${all})`);
    }
  }
}

function formsOf(asked, all) {
  return asked === undefined ? all : [asked];
}

function fastest(contestant, forms, name) {
  if (forms.length === 1) return forms[0];
  const tried = forms.map((form) => ({ form, result: run(contestant, form, name) }));
  for (const { form, result } of tried) {
    if (result === undefined) console.log(`tried ${contestant} ${form}: does not run here`);
    else show(`tried ${contestant} ${form}`, result);
  }
  const ran = tried.filter(({ result }) => result !== undefined);
  if (ran.length === 0) throw new Error(`${contestant} runs in none of its forms`);
  return ran.reduce((a, b) => (b.result.imagesPerSecond > a.result.imagesPerSecond ? b : a)).form;
}

function run(contestant, form, name) {
  const [command, script] = contestants[contestant].command;
  try {
    const output = execFileSync(command, [script], {
      input: JSON.stringify({
        ...works[name],
        ...(onGpu && { steps: 100 }),
        form,
        threads,
        batch: Number(values.batch),
        device: values.device,
      }),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 300_000,
      env: {
        ...process.env,
        OMP_NUM_THREADS: String(threads),
        ...(!onGpu && { CUDA_VISIBLE_DEVICES: '' }),
      },
    });
    return JSON.parse(output.trim().split('\n').at(-1));
  } catch {
    return undefined;
  }
}

function show(what, result) {
  console.log(
    `${what}: ${result.imagesPerSecond.toFixed(1)} images/s, ${result.imagesPerCpuSecond.toFixed(1)} per second of CPU time, ` +
      `first step after ${result.firstStepSeconds.toFixed(1)} s, peak ${result.peakMegabytes.toFixed(0)} MB`,
  );
}

function medians(list) {
  return Object.fromEntries(
    Object.keys(list[0]).map((measure) => [measure, median(list.map((result) => result[measure]))]),
  );
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
}
