// Features of MobileNetV2 (the starter, 224 × 224, width 1) with the zoo's own extraction. Called by bench.mjs.
import console from 'node:console';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { extractFeatures } from '../../dist/learning/features/extract-features.js';
import { createFeatureExtractor } from '../../dist/learning/features/feature-extractor.js';
import { loadMobileNetV2 } from '../support/mobilenet-v2.mjs';

const { paths, threads } = JSON.parse(readFileSync(0, 'utf8'));
const model = await loadMobileNetV2();
const extractor = await createFeatureExtractor({
  model,
  cuts: [{ layer: 'out_relu', pooling: 'average' }],
  threads,
});
const source = (list) => ({ count: list.length, read: async (i) => readFileSync(list[i]) });
await extractFeatures(extractor, source(paths.slice(0, 64)));
const cpu = process.cpuUsage();
const began = performance.now();
const [features] = await extractFeatures(extractor, source(paths));
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    imagesPerSecond: paths.length / seconds,
    imagesPerCpuSecond: paths.length / ((user + system) / 1e6),
    featureDim: features.featureDim,
  }),
);
