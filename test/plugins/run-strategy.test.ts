import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readDatasetFolder } from '../../src/learning/datasets/dataset-folder.js';
import { evaluate } from '../../src/learning/evaluation/evaluate.js';
import { classify } from '../../src/learning/features/classify.js';
import { FeatureCache } from '../../src/learning/features/feature-cache.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import type { ModelFiles } from '../../src/learning/tfjs-layers/model-files.js';
import { publishedFiles } from '../../src/plugins/run/published-files.js';
import { runStrategy, type RunInput, type RunResult } from '../../src/plugins/run/run-strategy.js';
import { picturesOfSplit } from '../../src/plugins/run/split-pictures.js';
import { filesWithDigests } from '../../src/plugins/run/write-version-files.js';
import { createClothingWorkshop, type ClothingWorkshop } from './clothing.js';

const classes = ['dress', 'hat', 'pants', 'shoes'];

let workshop: ClothingWorkshop;
beforeAll(async () => {
  workshop = await createClothingWorkshop(classes, { train: 12, test: 6 });
});
afterAll(() => workshop.remove());

function run(output: string, changes: Partial<RunInput> = {}): Promise<RunResult> {
  return runStrategy({
    strategy: 'feature-extraction-svm',
    parameters: { layer: 'block_13_expand_relu', inputSize: 128 },
    baseFolder: workshop.baseFolder,
    datasetFolder: workshop.datasetFolder,
    cacheFolder: join(workshop.folder, 'cache'),
    cacheBytes: 1e9,
    outputFolder: join(workshop.folder, output),
    seed: 1,
    threads: 2,
    signal: new AbortController().signal,
    on: { progress: () => undefined, metric: () => undefined, log: () => undefined },
    ...changes,
  });
}

/** The files of the version that a run made in this output folder. */
const published = ({ files }: RunResult, output: string): Promise<ModelFiles> =>
  publishedFiles(files, { baseFolder: workshop.baseFolder, outputFolder: join(workshop.folder, output) });

const digestsOfFolder = async (folder: string): Promise<Set<string>> =>
  new Set((await filesWithDigests(folder)).map(({ sha256 }) => sha256));

describe('a run of feature-extraction-svm on MobileNetV2 and photographs of clothes', () => {
  it('learns, measures itself on pictures it never saw, and writes only what the base does not have', async () => {
    const metrics: string[] = [];
    const logs: string[] = [];
    const phases = new Set<string>();
    const result = await run('first', {
      on: {
        progress: (phase) => phases.add(phase),
        metric: (name) => metrics.push(name),
        log: (message) => logs.push(message),
      },
    });
    expect(logs.join('\n')).toMatch(/This takes about \d+ MiB of memory beside the network/);
    expect(result.evaluation).toMatchObject({
      split: 'test',
      imageCount: 24,
      classes,
      calibrationError: null,
    });
    expect(result.evaluation.accuracy).toBeGreaterThan(0.6);
    expect(result.manifest).toMatchObject({ labels: classes, input: { height: 128, width: 128 } });
    expect(result.chosen).toMatchObject({ layer: 'block_13_expand_relu', C: expect.any(Number) as number });
    expect(result.parameters).toMatchObject({ classifier: 'svm', folds: 5 });
    expect(result.evaluation.latency?.medianMs).toBeGreaterThan(0);
    expect(result.evaluation.latency?.p90Ms).toBeGreaterThanOrEqual(
      result.evaluation.latency?.medianMs ?? Infinity,
    );
    // It is a linear classifier on the frozen base itself.
    expect(result.evaluation.baseline).toBeNull();
    expect(metrics).toContain('cross-validation/block_13_expand_relu/accuracy');
    expect(phases).toContain('extracting features of train pictures');
    expect(phases).toContain('evaluating on held-out pictures');

    const output = join(workshop.folder, 'first');
    const written = await digestsOfFolder(output);
    for (const report of await digestsOfFolder(join(output, 'reports'))) written.delete(report);
    const fresh = result.files.filter(({ isNew }) => isNew);
    expect(fresh.map(({ path }) => path).sort()).toEqual(['model.json', 'weights/classifier.bin']);
    expect(written).toEqual(new Set(fresh.map(({ sha256 }) => sha256)));
    const ofBase = await digestsOfFolder(workshop.baseFolder);
    expect(result.files.filter(({ isNew }) => !isNew).every(({ sha256 }) => ofBase.has(sha256))).toBe(true);
    expect(result.files.length).toBeGreaterThan(50);
    const { manifest } = await loadTfjsLayers(await published(result, 'first'));
    expect(manifest).toEqual(result.manifest);
  });

  it('gives the same bytes for the same seed', async () => {
    const [one, two] = [await run('again'), await run('once-more')];
    expect(two.files).toEqual(one.files);
    expect({ ...two.evaluation, latency: null }).toEqual({ ...one.evaluation, latency: null });
  });

  it('scores the test pictures on the published files from cached features, as the whole network does', async () => {
    const counts: number[] = [];
    const complete = FeatureCache.prototype.complete;
    const spied = vi.spyOn(FeatureCache.prototype, 'complete').mockImplementation(function (
      this: FeatureCache,
      ...args
    ) {
      counts.push(args[1].count);
      return complete.apply(this, args);
    });
    onTestFinished(() => spied.mockRestore());
    const result = await run('by-features');
    expect(counts).toContain(24);

    const dataset = await readDatasetFolder(workshop.datasetFolder);
    onTestFinished(() => dataset.close());
    const { source, labels, isNearDuplicate } = picturesOfSplit(dataset, 'test');
    const { data } = await classify({
      model: await loadTfjsLayers(await published(result, 'by-features')),
      images: source,
      threads: 2,
    });
    const whole = evaluate({
      split: 'test',
      classes,
      scores: data,
      labels,
      isNearDuplicate,
      areProbabilities: false,
      seed: 1,
    });
    expect({ ...whole, latency: null }).toEqual({ ...result.evaluation, latency: null });
  });

  it('compares layers by itself and gives probabilities when asked for softmax', async () => {
    const tried = new Set<string>();
    const result = await run('softmax', {
      parameters: { classifier: 'softmax', inputSize: 96 },
      on: {
        progress: () => undefined,
        metric: (name) => tried.add(name.split('/')[1] ?? ''),
        log: () => undefined,
      },
    });
    expect([...tried]).toEqual(
      expect.arrayContaining(['out_relu', 'block_13_expand_relu', 'block_6_expand_relu']),
    );
    expect(result.evaluation.accuracy).toBeGreaterThan(0.5);
    expect(result.evaluation.calibrationError).not.toBeNull();
  });

  it('is refused before a picture is looked at where memory will not suffice, with the estimate', async () => {
    const phases: string[] = [];
    const refused = run('refused', {
      memoryBytes: process.memoryUsage.rss() + 20 * 2 ** 20,
      on: { progress: (phase) => phases.push(phase), metric: () => undefined, log: () => undefined },
    });
    await expect(refused).rejects.toMatchObject({ code: 'TRAINING_MEMORY_INSUFFICIENT' });
    await expect(refused).rejects.toThrow(/Solving 4 classes on \d+ pictures with 576 features .* GiB/);
    expect(phases).toEqual([]);
  });

  it('stops soon once it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const phases: string[] = [];
    const aborted = run('aborted', {
      cacheFolder: join(workshop.folder, 'another-cache'),
      signal: controller.signal,
      on: {
        progress(phase) {
          phases.push(phase);
          controller.abort(reason);
        },
        metric: () => undefined,
        log: () => undefined,
      },
    });
    await expect(aborted).rejects.toBe(reason);
    expect(new Set(phases)).toEqual(new Set(['extracting features of train pictures']));
    await expect(readdir(join(workshop.folder, 'aborted'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    [
      { strategy: 'feature-extracton-svm' },
      'STRATEGY_UNKNOWN',
      /installed are feature-extraction-svm, full-retraining, partial-fine-tuning/,
    ],
    [{ parameters: { C: 0, folds: 1 } }, 'STRATEGY_PARAMETERS_INVALID', /C is 0.*\n.*folds is 1/],
    [{ parameters: { layer: 'block_99', inputSize: 16 } }, 'STRATEGY_NOT_APPLICABLE', /block_99/],
  ])('refuses %j before any work, with every reason', async (changes, code, message) => {
    const refused = run('refused', changes);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(message);
  });
});
