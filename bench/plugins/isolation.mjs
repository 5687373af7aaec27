/**
 * What it costs to run a strategy in processes of its own: from the start of the process to the call of `fit`, beside the start of a bare Node; a training
 * in the process of a job beside the same training in a plain one; and a whole fine-tune in two processes beside one in one.
 *
 *     node bench/plugins/isolation.mjs 5
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fitPermissions } from '../../dist/jobs/child/fit-permissions.js';
import { readFitRecord } from '../../dist/jobs/child/fit-record.js';
import { runChild } from '../../dist/jobs/child/run-child.js';
import { WorkFolders } from '../../dist/jobs/worker/work-folders.js';
import { importDataset } from '../../dist/learning/datasets/import-dataset.js';
import { tarEnd, tarFile } from '../../dist/learning/datasets/tar-writer.js';
import { writeWithoutTestSplit } from '../../dist/learning/datasets/write-without-test-split.js';
import { composeBackbone } from '../../dist/learning/tfjs-layers/compose-classifier.js';
import { digestPackage } from '../../dist/plugins/packages/digest-package.js';
import { loadMobileNetV2 } from '../support/mobilenet-v2.mjs';

const rounds = Number(process.argv[2] ?? 5);
const threads = availableParallelism();
const installation = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const root = await mkdtemp(join(tmpdir(), 'zoo-bench-isolation-'));
const [baseFolder, datasetFolder] = [join(root, 'base'), join(root, 'dataset')];
const [featureFolder, addonFolder] = [join(root, 'features'), join(root, 'no-addon')];
const folders = new WorkFolders(join(root, 'work'), 'worker-1');
// How many pictures the evaluation has is all that a fit knows of them.
const testSummary = { imageCount: 120, perClass: new Array(10).fill(12) };
const never = new AbortController().signal;
let attempts = 0;
const inputs = (folder) => ({
  baseFolder: folder.base,
  datasetFolder: folder.dataset,
  cacheFolder: featureFolder,
  cacheBytes: 4e9,
  outputFolder: folder.output,
  seed: 1,
  threads,
  memoryBytes: 4 * 2 ** 30,
});

const training = {
  trainableFrom: 'block_16_expand',
  layer: 'out_relu',
  inputSize: 160,
  epochs: 6,
  patience: 1000,
  batchSize: 16,
  views: 1,
};

try {
  await prepare();
  const origin = await installTimed();
  // Warms cache and disk.
  await inChild(origin, training);
  if (!process.argv.includes('--jobs')) {
    await startToFit(origin);
    await trainingInBoth(origin);
  }
  await wholeJobs();
  console.log(`load ${loadavg()[0].toFixed(1)}, ${threads} threads, Node ${process.version}`);
} finally {
  await rm(root, { recursive: true, force: true });
}

/** From the worker's call to the strategy's, and what of that is a bare Node. */
async function startToFit(origin) {
  const [ours, processor, bare] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const { calledMs, startCpuMs } = await inChild(origin, { ...training, epochs: 1 });
    ours.push(calledMs);
    processor.push(startCpuMs);
    const startedAt = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    bare.push(performance.now() - startedAt);
  }
  console.log(
    `start to fit    ${seconds(ours)}, of which processor ${seconds(processor)}   bare Node ${seconds(bare)}   aim 1.5 s`,
  );
}

/** The time of `fit` alone: wall time, and processor time of all threads, with what the worker spends on watching. */
async function trainingInBoth(origin) {
  const figures = { here: [], child: [], hereCpu: [], childCpu: [], watchCpu: [] };
  for (let round = 0; round < rounds; round++) {
    const plain = await fitInPlainProcess(origin);
    figures.here.push(plain.ms);
    figures.hereCpu.push(plain.cpuMs);
    const ready = await layOut();
    const before = process.cpuUsage();
    const child = await inChild(origin, training, { folder: ready });
    const { user, system } = process.cpuUsage(before);
    figures.child.push(child.ms);
    figures.childCpu.push(child.cpuMs);
    figures.watchCpu.push((user + system) / 1000);
  }
  console.log(
    `training        plain process ${seconds(figures.here)}   in a job’s process ${seconds(figures.child)}   median of the ratios ${ratio(figures.child, figures.here)}   aim 1.03`,
  );
  console.log(
    `  processor     plain process ${seconds(figures.hereCpu)}   in a job’s process ${seconds(figures.childCpu)}   ${ratio(figures.childCpu, figures.hereCpu)}   its worker ${seconds(figures.watchCpu)}`,
  );
}

/** Head-only, as in the demo, and fine-tuned, each on cached features: fit and evaluation in one process, and in two. */
async function wholeJobs() {
  const cases = [
    ['feature-extraction-svm', {}],
    ['partial-fine-tuning', training],
  ];
  for (const [name, parameters] of cases) {
    const [one, two, oneCpu, twoCpu] = [[], [], [], []];
    for (let round = 0; round < rounds; round++) {
      let before = await processorMs();
      one.push(await inOneProcess(name, parameters));
      oneCpu.push((await processorMs()) - before);
      before = await processorMs();
      const startedAt = performance.now();
      const folder = await layOut();
      const { record } = await inChild({ kind: 'built-in' }, parameters, { strategy: name, folder });
      await rm(folder.dataset, { recursive: true });
      await cp(datasetFolder, folder.dataset, { recursive: true });
      await run({ kind: 'EVALUATION', fit: record, ...inputs(folder) }, folder);
      two.push(performance.now() - startedAt);
      twoCpu.push((await processorMs()) - before);
    }
    console.log(
      `${name.padEnd(24)} one process ${seconds(one)}   two ${seconds(two)}   ${ratio(two, one)}   processor ${seconds(oneCpu)}   ${seconds(twoCpu)}   ${ratio(twoCpu, oneCpu)}`,
    );
  }
}

/** Processor time of this process and of those it waited for. Linux. */
async function processorMs() {
  const fields = (await readFile('/proc/self/stat', 'utf8')).split(') ')[1].split(' ');
  // utime, stime, cutime, cstime, in hundredths of a second.
  return 10 * fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

async function inOneProcess(name, parameters) {
  const folder = await layOut();
  const startedAt = performance.now();
  await inPlainProcess(
    `
    const { runStrategy } = await import(${built('run/run-strategy.js')});
    await runStrategy({ ...input, strategy: ${JSON.stringify(name)}, parameters: ${JSON.stringify(parameters)}, datasetFolder: ${JSON.stringify(datasetFolder)} });`,
    folder,
  );
  return performance.now() - startedAt;
}

/** The training in a process with nothing around it. */
async function fitInPlainProcess(origin) {
  const output = await inPlainProcess(
    `
    const { importStrategy } = await import(${built('packages/import-strategy.js')});
    const { fitStrategy } = await import(${built('run/fit-strategy.js')});
    const strategy = await importStrategy(${JSON.stringify(origin)});
    await fitStrategy(strategy, { ...input, parameters: ${JSON.stringify(training)}, testSummary: ${JSON.stringify(testSummary)} });`,
    await layOut(),
  );
  return output.split('\n').reduce((timed, line) => ({ ...timed, ...timedIn(line) }), {});
}

function built(path) {
  return JSON.stringify(new URL(`../../dist/plugins/${path}`, import.meta.url).href);
}

async function inPlainProcess(body, folder) {
  const script = join(root, 'plain.mjs');
  await writeFile(
    script,
    `
    const input = { ...${JSON.stringify(inputs(folder))}, engine: { wanted: 'auto', addonFolder: ${JSON.stringify(addonFolder)} },
      signal: new AbortController().signal, on: { progress() {}, metric() {}, log: (line) => console.log(line) } };
    ${body}
    process.exit(0);`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** One fit in a process as a worker starts it. */
async function inChild(origin, parameters, { strategy = 'timed', folder: given } = {}) {
  const folder = given ?? (await layOut());
  const startedAt = Date.now();
  let timed = {};
  const end = await run(
    {
      kind: 'FIT',
      strategy,
      origin,
      parameters,
      testSummary,
      ...inputs(folder),
      checkpointFolder: folder.checkpoints,
      checkpoints: [],
      checkpointBytes: 2 ** 30,
      engine: { wanted: 'auto', addonFolder },
    },
    folder,
    await fitPermissions({ origin, folder, featureFolder, addonFolder }),
    (line) => (timed = { ...timed, ...timedIn(line) }),
  );
  return { ...timed, calledMs: timed.calledAt - startedAt, record: readFitRecord(end.result) };
}

async function run(work, folder, permissions = [], onLog = () => undefined) {
  const end = await runChild({
    work,
    folder,
    permissions,
    threads,
    limits: {
      timeMs: 600_000,
      memoryBytes: 4 * 2 ** 30,
      diskBytes: 2 ** 32,
      checkpointBytes: 2 ** 30,
      graceMs: 1000,
      logBytes: 1e6,
      metricPoints: 20_000,
      reports: 100_000,
      reportBytes: 2 ** 26,
      stderrBytes: 2 ** 24,
    },
    signal: never,
    onReport: (report) => report.type === 'log' && onLog(report.message),
    onCheckpoint: ({ path }) => void rm(path, { force: true }),
    onStderr: () => undefined,
  });
  if (end.kind !== 'completed') throw new Error(JSON.stringify(end));
  return end;
}

function timedIn(line) {
  return line.startsWith('{"') ? JSON.parse(line) : undefined;
}

async function layOut() {
  const folder = await folders.create({ jobId: 'job', fence: ++attempts });
  await cp(baseFolder, folder.base, { recursive: true });
  await writeWithoutTestSplit(datasetFolder, folder.dataset, never);
  return folder;
}

/** MobileNetV2 without its head, the photographs of the demo, and a folder for features. */
async function prepare() {
  await folders.open();
  await mkdir(featureFolder);
  for (const { path, bytes } of composeBackbone(await loadMobileNetV2(), 'out_relu', 'average').files) {
    await writeNew(join(baseFolder, path), bytes);
  }
  const images = join(installation, 'examples', 'clothing-mini', 'images');
  const parts = [];
  for (const file of (await readdir(images, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )) {
    const path = join(file.parentPath, file.name);
    const bytes = await readFile(path);
    const { header, padding } = tarFile(path.slice(images.length + 1), bytes.length);
    parts.push(header, bytes, padding);
  }
  await writeFile(join(root, 'pictures.tar'), Buffer.concat([...parts, tarEnd]));
  await importDataset({
    archivePath: join(root, 'pictures.tar'),
    outputFolder: datasetFolder,
    options: { splits: 'given' },
  });
}

/** A package whose strategy is partial fine-tuning with a watch around it, installed as `zoo plugin add` does. */
async function installTimed() {
  const own = join(root, 'plugins', 'node_modules', 'timed');
  const builtIn = new URL('../../dist/plugins/partial-fine-tuning/', import.meta.url).href;
  await writeNew(
    join(own, 'index.js'),
    `import strategy from ${JSON.stringify(`${builtIn}index.js`)};
    export default { ...strategy, name: 'timed', load: async () => {
      const { fit } = await strategy.load();
      return { async fit(context) {
        const [startedAt, before] = [performance.now(), process.cpuUsage()];
        context.log(JSON.stringify({ calledAt: Date.now(), startCpuMs: (before.user + before.system) / 1000 }));
        const fitted = await fit(context);
        const { user, system } = process.cpuUsage(before);
        context.log(JSON.stringify({ ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 }));
        return fitted;
      } };
    } };`,
  );
  await writeNew(
    join(own, 'package.json'),
    JSON.stringify({ name: 'timed', version: '1.0.0', type: 'module' }),
  );
  await symlink(installation, join(root, 'plugins', 'node_modules', 'modelzoo'));
  const identity = { name: 'timed', version: '1.0.0', digest: await digestPackage(own) };
  return { kind: 'package', folder: own, entry: join(own, 'index.js'), identity };
}

async function writeNew(path, bytes) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

function sorted(values) {
  return [...values].sort((a, b) => a - b);
}

/** Median, least and most. */
function seconds(values) {
  const [least, ...rest] = sorted(values);
  const all = [least, ...rest].map((ms) => (ms / 1000).toFixed(2));
  return `${all[Math.floor(all.length / 2)]} s (${all[0]} to ${all.at(-1)})`;
}

function ratio(values, peers) {
  const all = sorted(values.map((value, at) => value / peers[at]));
  return all[Math.floor(all.length / 2)].toFixed(3);
}
