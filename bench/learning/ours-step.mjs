// One training step of MobileNetV2 (the starter, 224 × 224, width 1), on ONNX Runtime or on a GPU. Called by step.mjs.
import { performance } from 'node:perf_hooks';

const began = performance.now();
const { default: console } = await import('node:console');
const { readFileSync } = await import('node:fs');
const { homedir } = await import('node:os');
const { join } = await import('node:path');
const { default: process } = await import('node:process');
const { loadMobileNetV2 } = await import('../support/mobilenet-v2.mjs');
const { buildTrainableNetwork } = await import('../../dist/learning/training/build-trainable-network.js');
const { openEngine } = await import('../../dist/learning/training/engines/open-engine.js');

const request = JSON.parse(readFileSync(0, 'utf8'));
const { threads, batch: batchSize, steps, batchNormalization } = request;
const model = await loadMobileNetV2();
const numClasses = 10;
const network = buildTrainableNetwork({
  model,
  cut: { layer: 'out_relu', pooling: 'average' },
  // What comes before block_13_expand.
  ...(request.from === null ? {} : { frozenUpTo: 'block_12_add' }),
  numClasses,
  head: 'random',
  initialization: 'pretrained',
  batchNormalization,
  dropout: 0,
  layerDecay: 1,
  seed: 1,
});
// A frozen layer of the peers trains neither scale nor shift.
if (batchNormalization === 'frozen') {
  for (const weight of network.weights) if (/gamma|beta/.test(weight.name)) weight.trained = false;
}
const addonFolder = process.env.ZOO_TFJS_ADDON_DIR ?? join(homedir(), '.cache', 'model-zoo', 'tfjs-addon');
const standing = await openEngine(request.device === 'gpu' ? 'tfjs-node-gpu' : 'onnxruntime', {
  addonFolder,
  threads,
});
if (standing.engine === undefined) throw new Error(standing.reason);
const { engine } = standing;
const training = await engine.compile({
  network,
  optimizer: { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
  batchSize,
  seed: 1,
  threads,
});
const length = network.inputShape.reduce((product, extent) => product * extent, batchSize);
const inputs = Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 0.99);
const targets = new Float32Array(batchSize * numClasses);
for (let row = 0; row < batchSize; row++) targets[row * numClasses + (row % numClasses)] = 1;
const step = () => training.step({ inputs, targets }, 0.003);

await step();
const firstStepSeconds = (performance.now() - began) / 1000;
for (let i = 0; i < 2; i++) await step();
const seconds = [];
const cpu = process.cpuUsage();
for (let i = 0; i < steps; i++) {
  const start = performance.now();
  await step();
  seconds.push((performance.now() - start) / 1000);
}
const { user, system } = process.cpuUsage(cpu);
seconds.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    imagesPerSecond: batchSize / seconds[Math.floor(steps / 2)],
    imagesPerCpuSecond: (batchSize * steps) / ((user + system) / 1e6),
    firstStepSeconds,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
await training.dispose();
