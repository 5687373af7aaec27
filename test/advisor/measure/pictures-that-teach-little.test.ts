import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MeasureInput } from '../../../src/advisor/measure/measure-input.js';
import type { AdviceMeasurements } from '../../../src/advisor/measurements.js';
import type { DatasetIndex, IndexedImage } from '../../../src/learning/dataset-manifest.js';
import { createRandom, shuffle } from '../../../src/learning/random.js';
import { createAdviceWorkshop, layOut, pictureOf, type AdviceWorkshop } from './clothing-advice.js';

// Real networks on a machine that may be busy.
vi.setConfig({ testTimeout: 240_000 });

let workshop: AdviceWorkshop;
beforeAll(async () => {
  workshop = await createAdviceWorkshop();
}, 240_000);
afterAll(() => workshop.remove());

const measure = (changes: Partial<MeasureInput>) => workshop.measure(changes);

const trainOf = ({ images }: DatasetIndex) => images.filter(({ split }) => split === 'train');

describe('pictures that teach little', () => {
  const best = (measurements: AdviceMeasurements) =>
    Math.max(...(measurements.models[0]?.cuts ?? []).map(({ scores }) => scores.probe?.accuracy ?? NaN));

  it('with labels at random leave the probe at chance', async () => {
    const random = createRandom(5);
    const datasetFolder = await workshop.variant('random-labels', (index) => {
      const train = trainOf(index);
      const labels = shuffle(
        train.map(({ label }) => label),
        random,
      );
      return { ...index, images: train.map((image, at) => ({ ...image, label: labels[at] ?? 0 })) };
    });
    const measurements = await measure({ models: [workshop.trained], datasetFolder });
    expect(measurements.dataset.majorityShare).toBe(0.1);
    // The best of ten probes; one alone has a standard error of 0.02.
    expect(best(measurements)).toBeLessThan(0.2);
    expect(measurements.models[0]?.learningCurve?.gainPerDoubling).toBeLessThan(0.1);
  });

  it('that all look alike give accuracy of guessing, and numbers throughout', async () => {
    const datasetFolder = join(workshop.folder, 'alike');
    const { index } = workshop;
    const [first] = index.images;
    if (first === undefined) throw new Error('there is no picture');
    const bytes = await pictureOf(workshop.datasetFolder, first, index);
    // What follows the end of a JPEG file is not looked at, and makes each of them another file.
    const numbered = (_: IndexedImage, at: number) =>
      Promise.resolve(Buffer.concat([bytes, Buffer.from(String(at))]));
    await layOut(datasetFolder, { ...index, images: trainOf(index) }, numbered, { keepsDigests: false });
    const measurements = await measure({ models: [workshop.random], datasetFolder });
    expect(best(measurements)).toBeLessThanOrEqual(0.1);
    expect(measurements.models[0]).toMatchObject({ state: 'MEASURED', pictures: 240 });
  });

  it.each([
    ['two pictures a class', 2, 20],
    ['one class of one picture', 1, 19],
  ])('%s are measured', async (name, ofFirst, count) => {
    const datasetFolder = await workshop.variant(name, (index) => {
      const seen = new Map<number, number>();
      const images = trainOf(index).filter(({ label }) => {
        seen.set(label, (seen.get(label) ?? 0) + 1);
        return (seen.get(label) ?? 0) <= (label === 0 ? ofFirst : 2);
      });
      return { ...index, images };
    });
    const measurements = await measure({ models: [workshop.random], datasetFolder });
    // The speed of a warm network: most of the time went into opening it.
    const [{ picturesPerSecond = null, seconds = NaN } = {}] = measurements.models;
    expect(picturesPerSecond).toBeGreaterThan(count / seconds);
    expect(measurements.dataset.train).toBe(count);
    expect(measurements.models[0]).toMatchObject({ state: 'MEASURED', pictures: count });
    expect(best(measurements)).toBeGreaterThan(0);
  });

  it.each([
    ['one class', (images: IndexedImage[]) => images.map((image) => ({ ...image, label: 3 }))],
    [
      'one picture a class',
      (images: IndexedImage[]) => images.slice(0, 10).map((one, at) => ({ ...one, label: at })),
    ],
  ])('of %s have no probe, and no score that would pretend one', async (name, change) => {
    const datasetFolder = await workshop.variant(name, (index) => ({
      ...index,
      images: change(trainOf(index)),
    }));
    const { models } = await measure({ models: [workshop.random], datasetFolder });
    expect(models[0]).toMatchObject({ state: 'MEASURED', similarity: null, learningCurve: null });
    for (const { scores } of models[0]?.cuts ?? []) {
      expect(scores).toEqual({ nearestNeighbours: null, hScore: null, logMe: null, probe: null });
    }
  });

  it('of which there are none reach no model', async () => {
    const datasetFolder = await workshop.variant('none', (index) => ({ ...index, images: [] }));
    const { models } = await measure({ models: [workshop.random], datasetFolder });
    expect(models).toMatchObject([
      { state: 'NOT_REACHED', reason: 'The data set has no training pictures.' },
    ]);
  });

  it('in ten thousand classes are measured without what memory does not hold', async () => {
    const datasetFolder = await workshop.variant('many-classes', (index) => ({
      ...index,
      classes: Array.from({ length: 10_000 }, (_, label) => `class ${label}`),
      images: trainOf(index).map((image, at) => ({ ...image, label: 80 * Math.floor(at / 2) })),
    }));
    const lines: string[] = [];
    const { models } = await measure({
      models: [workshop.trained],
      datasetFolder,
      memoryBytes: process.memoryUsage.rss() + 4e8,
      on: { progress: () => undefined, log: (line) => lines.push(line) },
    });
    expect(models[0]).toMatchObject({ state: 'MEASURED', pictures: 240 });
    expect(lines.join('\n')).toMatch(/Linear probes for 10,000 classes do not fit into memory/);
    const deepest = models[0]?.cuts.at(-1);
    expect(deepest?.scores.probe).toBeNull();
    expect(deepest?.scores.nearestNeighbours).not.toBeNull();
  });
});
