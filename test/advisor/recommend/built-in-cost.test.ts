import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../../src/learning/model-manifest.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { builtInCost, type BuiltInCost } from '../../../src/advisor/recommend/cost/built-in-cost.js';
import { networkPart } from '../../../src/advisor/recommend/cost/network-part.js';
import { learnedKnowledge } from '../../../src/advisor/recommend/learned-knowledge.js';
import { realModel } from '../../learning/support/real-models.js';
import { makeData } from '../../plugins/manifests.js';
import { makeCut, makeModel } from './support.js';

let manifest: ModelManifest;

beforeAll(async () => {
  ({ manifest } = await loadTfjsLayers(realModel('mobilenet_v2')));
});

interface Asked {
  perClass?: number;
  picturesPerSecond?: number | null;
  threads?: number;
  measured?: number;
}

/** Of MobileNetV2 on ten classes, on the two cores and by the constants of bench/README.md, with nothing fitted to a study. */
function costOf(strategy: string, parameters: Record<string, unknown>, asked: Asked = {}): BuiltInCost {
  const { perClass = 100, picturesPerSecond = 130, threads = 2, measured = 10 * perClass } = asked;
  const model = makeModel({
    pictures: measured,
    picturesPerSecond,
    cuts: [
      makeCut({ layer: 'block_6_expand_relu', accuracy: 0.6 }),
      makeCut({ layer: 'block_13_expand_relu', accuracy: 0.75 }),
      makeCut({ layer: 'out_relu', accuracy: 0.6 }),
    ],
  });
  const data = makeData(Array<number>(10).fill(perClass), 370, 100);
  const cost = { ...learnedKnowledge.cost, seconds: {} };
  const given = { manifest, model, data, threads, measuredThreads: 2, cost };
  const found = builtInCost(strategy, parameters, given);
  if (found === undefined) throw new Error('this strategy can run on MobileNetV2');
  return found;
}

const secondsOf = (...asked: Parameters<typeof costOf>): number =>
  costOf(...asked).seconds?.value ?? Number.NaN;

describe('beside what bench/README.md measured on 1,000 photographs, within a third', () => {
  it.each([
    {
      what: 'the first head-only job',
      strategy: 'feature-extraction-svm',
      parameters: {},
      asked: { measured: 0 },
      seconds: 10.6,
    },
    {
      what: 'a partial fine-tune of ten epochs',
      strategy: 'partial-fine-tuning',
      parameters: { epochs: 10 },
      asked: {},
      seconds: 73.6,
    },
  ])('are the seconds of $what', ({ strategy, parameters, asked, seconds }) => {
    const ratio = secondsOf(strategy, parameters, asked) / seconds;
    expect(ratio).toBeGreaterThan(0.67);
    expect(ratio).toBeLessThan(1.34);
  });

  it.each([
    { strategy: 'feature-extraction-svm', parameters: {}, megabytes: 459 },
    { strategy: 'partial-fine-tuning', parameters: { epochs: 10 }, megabytes: 962 },
  ])('is the peak memory of $strategy', ({ strategy, parameters, megabytes }) => {
    const ratio = (costOf(strategy, parameters).peakMemoryBytes ?? 0) / (megabytes * 1e6);
    expect(ratio).toBeGreaterThan(0.67);
    expect(ratio).toBeLessThan(1.34);
  });
});

describe('what a job of a built-in strategy takes', () => {
  it('is least for a linear classifier, most for the whole network', () => {
    const [linear, partial, whole] = ['feature-extraction-svm', 'partial-fine-tuning', 'full-retraining'].map(
      (strategy) => costOf(strategy, {}),
    ) as [BuiltInCost, BuiltInCost, BuiltInCost];
    for (const of of [
      ({ seconds }: BuiltInCost) => seconds?.value ?? 0,
      ({ peakMemoryBytes }: BuiltInCost) => peakMemoryBytes ?? 0,
      ({ storedBytes }: BuiltInCost) => storedBytes ?? 0,
    ]) {
      expect(of(linear)).toBeLessThan(of(partial));
      expect(of(partial)).toBeLessThan(of(whole));
    }
  });

  it('follows the epochs that the strategy would choose', () => {
    expect(
      [20, 100, 300, 2000].map((perClass) => costOf('full-retraining', {}, { perClass }).epochs),
    ).toEqual([30, 30, 10, 5]);
    expect(costOf('full-retraining', { epochs: 3 }).epochs).toBe(3);
    expect(costOf('feature-extraction-svm', {}).epochs).toBeNull();
  });

  it('trains what partial fine-tuning would: the stage before the head, one more for many pictures', () => {
    expect(costOf('partial-fine-tuning', {}).trainableFrom).toBe('block_6_expand');
    expect(costOf('partial-fine-tuning', {}, { perClass: 300 }).trainableFrom).toBe('block_3_expand');
    expect(costOf('partial-fine-tuning', { trainableFrom: 'block_10_expand' }).trainableFrom).toBe(
      'block_10_expand',
    );
  });

  it('is longer for random weights and larger pictures, shorter on more threads', () => {
    const whole = secondsOf('full-retraining', {});
    expect(secondsOf('full-retraining', { initialization: 'random' })).toBeGreaterThan(2 * whole);
    expect(secondsOf('full-retraining', { inputSize: 448 })).toBeGreaterThan(3.5 * whole);
    expect(secondsOf('full-retraining', {}, { threads: 4 })).toBeLessThan(0.6 * whole);
  });

  it('is longer in small batches: every step moves every weight that trains', () => {
    const [small, large] = [5, 25].map((batchSize) =>
      costOf('full-retraining', { epochs: 10, batchSize }, { perClass: 5 }),
    );
    const moved = (10 * (50 / 5 - 50 / 25) * (large?.storedBytes ?? 0)) / 4;
    const more = (small?.seconds?.value ?? 0) - (large?.seconds?.value ?? 0);
    expect(more).toBeCloseTo(moved * learnedKnowledge.cost.updateSeconds, 6);
    expect(more).toBeGreaterThan(1);
  });

  it('counts pictures that the advice did not see, and all of them at another size', () => {
    const warm = secondsOf('feature-extraction-svm', {});
    expect(secondsOf('feature-extraction-svm', {}, { measured: 350 }) - warm).toBeCloseTo(650 / 130, 6);
    expect(secondsOf('feature-extraction-svm', { inputSize: 112 }) - warm).toBeCloseTo(
      (0.25 * 1370 - 370) / 130,
      6,
    );
  });

  it('stores a head, or the layers that train with it', () => {
    expect(costOf('feature-extraction-svm', {}).storedBytes).toBe(4 * 577 * 10);
    const { parameters } = networkPart(manifest, 'block_5_add', 'block_13_expand_relu');
    expect(costOf('partial-fine-tuning', {}).storedBytes).toBe(4 * (parameters + 577 * 10));
  });

  it('has no seconds where no speed was measured', () => {
    for (const strategy of ['feature-extraction-svm', 'partial-fine-tuning', 'full-retraining']) {
      expect(costOf(strategy, {}, { picturesPerSecond: null }).seconds).toBeNull();
    }
  });

  it.each([
    { what: 'another strategy', strategy: 'prototypes', parameters: {} },
    { what: 'parameters that are not accepted', strategy: 'full-retraining', parameters: { epochs: 0 } },
    {
      what: 'nothing before the first layer',
      strategy: 'partial-fine-tuning',
      parameters: { trainableFrom: 'Conv1' },
    },
  ])('is not known of $what', ({ strategy, parameters }) => {
    expect(() => costOf(strategy, parameters)).toThrow('this strategy can run');
  });
});
