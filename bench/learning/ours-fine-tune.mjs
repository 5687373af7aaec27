// One whole run of a strategy, as a job's process does it. Called by fine-tune.mjs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { runStrategy } from '../../dist/plugins/run/run-strategy.js';

const { kind, recipe, threads, baseFolder, datasetFolder, cacheFolder } = JSON.parse(readFileSync(0, 'utf8'));
const parameters = {
  partial: {
    trainableFrom: 'block_13_expand',
    layer: 'out_relu',
    epochs: recipe.epochs,
    batchSize: recipe.batchSize,
    optimizer: 'adam',
    clipNorm: 0,
    learningRate: recipe.learningRate,
    layerDecay: 1,
    weightDecay: 0,
    warmUpEpochs: 0,
    batchNormalization: 'frozen',
    dropout: 0,
    augmentation: 'none',
    views: 1,
    patience: 1000,
  },
  head: { classifier: 'softmax', layer: 'out_relu' },
};
const outputFolder = await mkdtemp(join(tmpdir(), 'zoo-bench-output-'));
const phases = new Map();
let phase = { name: 'start', since: performance.now() };
try {
  const result = await runStrategy({
    strategy: kind === 'partial' ? 'partial-fine-tuning' : 'feature-extraction-svm',
    parameters: parameters[kind],
    baseFolder,
    datasetFolder,
    cacheFolder,
    cacheBytes: 16 * 2 ** 30,
    outputFolder,
    seed: 1,
    threads,
    signal: new AbortController().signal,
    on: { progress: enter, metric: () => {}, log: () => {} },
  });
  enter('end');
  const detail = [...phases]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)} s`)
    .join(', ');
  const { accuracy } = result.evaluation;
  console.log(JSON.stringify({ accuracy, peakBytes: process.resourceUsage().maxRSS * 1024, detail }));
} finally {
  await rm(outputFolder, { recursive: true, force: true });
}

/** How long the run was in each phase, by what it reported. */
function enter(name) {
  const now = performance.now();
  if (name === phase.name) return;
  phases.set(phase.name, (phases.get(phase.name) ?? 0) + now - phase.since);
  phase = { name, since: now };
}
