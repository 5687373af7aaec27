import { describe, expect, it } from 'vitest';
import { createRandom, drawNormal } from '../../../src/learning/random.js';
import { fromLogOdds, logOdds } from '../../../src/advisor/log-odds.js';
import {
  gainFeatures,
  type AccuracyKnowledge,
  type GainFeature,
} from '../../../src/advisor/recommend/knowledge.js';
import { deviationsOf80Percent } from '../../../src/advisor/normal-quantile.js';
import { learnedKnowledge } from '../../../src/advisor/recommend/learned-knowledge.js';
import { accuracyKnowledge, makeCut, makeMeasurements, makeModel } from './support.js';

/** As bench/advisor/knowledge has it. */
interface Observation {
  family: string;
  dataset: string;
  domain: string;
  model: string;
  features: Record<GainFeature, number | null>;
  probeAccuracy: number;
  probeError: number;
  pictures: number;
  accuracy: number;
  testPictures: number;
}

const { fitAccuracy } = await importBench<{
  fitAccuracy(
    observations: Observation[],
    names: readonly string[],
    digests?: Record<string, string>,
  ): { knowledge?: AccuracyKnowledge; report: string };
}>('fit-accuracy');
const { observationsOf } = await importBench<{ observationsOf(line: unknown): Observation[] }>(
  'observations',
);
async function importBench<Module>(name: string): Promise<Module> {
  return (await import(
    new URL(`../../../bench/advisor/knowledge/${name}.mjs`, import.meta.url).href
  )) as Module;
}

/** A study of six domains, four sets each, whose gains are known. */
function makeStudy(gainOf: (lateGap: number) => number, spread: number, seed = 1): Observation[] {
  const random = createRandom(seed);
  return Array.from({ length: 72 }, (_, index) => {
    const dataset = Math.floor(index / 3);
    const lateGap = ((dataset * 7) % 24) / 100;
    const probe = 0.5 + 0.4 * random.next();
    return {
      family: 'partial-fine-tuning',
      dataset: `set ${dataset}`,
      domain: `domain ${Math.floor(dataset / 4)}`,
      model: ['one', 'two', 'three'][index % 3] ?? '',
      features: { ...noFeatures, probe: logOdds(probe), lateGap },
      probeAccuracy: probe,
      probeError: 0.002,
      pictures: 50_000,
      accuracy: fromLogOdds(logOdds(probe) + gainOf(lateGap) + spread * drawNormal(random)),
      testPictures: 50_000,
    };
  });
}

const noFeatures = Object.fromEntries(gainFeatures.map((name) => [name, null])) as Record<GainFeature, null>;

function fit(observations: Observation[]): AccuracyKnowledge {
  const { knowledge } = fitAccuracy(observations, gainFeatures);
  if (knowledge === undefined) throw new Error('there are domains enough');
  return knowledge;
}

describe('fitting what the advisor knows', () => {
  it('finds what a gain depends on', () => {
    const { gain, coefficients, spread } = fit(makeStudy((lateGap) => 0.2 + 3 * lateGap, 0.1));
    const { mean = 0, scale = 1, coefficient = 0 } = coefficients.lateGap ?? {};
    expect(coefficient / scale).toBeGreaterThan(2.3);
    expect(coefficient / scale).toBeLessThan(3.3);
    expect(gain + (coefficient / scale) * (0 - mean)).toBeCloseTo(0.2, 0);
    expect(spread).toBeGreaterThan(0.07);
    expect(spread).toBeLessThan(0.16);
  });

  it('falls back to the mean gain where nothing depends on anything', () => {
    const study = makeStudy(() => 0.4, 0.3);
    const { gain, coefficients, spread } = fit(study);
    expect(gain).toBeCloseTo(0.4, 0);
    for (const { coefficient } of Object.values(coefficients))
      expect(Math.abs(coefficient)).toBeLessThan(0.12);
    expect(spread).toBeGreaterThan(0.22);
    expect(spread).toBeLessThan(0.4);
  });

  it('finds what one network gains besides, and is less sure of networks that it does not know', () => {
    const study = makeStudy(() => 0.2, 0.1).map((one) => ({
      ...one,
      accuracy: fromLogOdds(logOdds(one.accuracy) + (one.model === 'two' ? -0.6 : 0.3)),
    }));
    const { knowledge } = fitAccuracy(study, [], { two: 'digest of two' });
    expect(knowledge?.networks?.['digest of two']).toBeCloseTo(-0.6, 1);
    expect(knowledge?.networks?.['one']).toBeCloseTo(0.3, 1);
    expect(knowledge?.spread).toBeLessThan(0.16);
    expect(knowledge?.spreadOfUnknown).toBeGreaterThan(0.35);
  });

  it('gives intervals that hold some 80 % of runs on domains it has not seen', () => {
    let inside = 0;
    let count = 0;
    for (let seed = 0; seed < 6; seed++) {
      const known = fit(makeStudy((lateGap) => 3 * lateGap, 0.2, seed));
      for (const { features, accuracy } of makeStudy((lateGap) => 3 * lateGap, 0.2, seed + 100)) {
        const { mean = 0, scale = 1, coefficient = 0 } = known.coefficients.lateGap ?? {};
        const centre =
          (features.probe ?? 0) + known.gain + (coefficient * ((features.lateGap ?? 0) - mean)) / scale;
        const error = (logOdds(accuracy) - centre) / known.spread;
        if (error >= known.low && error <= known.high) inside++;
        count++;
      }
    }
    expect(inside / count).toBeGreaterThan(0.75);
    expect(inside / count).toBeLessThan(0.92);
  });

  it('widens the intervals where domains are few and differ, and refuses one', () => {
    const alike = makeStudy(() => 0.4, 0.3);
    const study = alike.map((one) => ({
      ...one,
      accuracy: fromLogOdds(logOdds(one.accuracy) + 0.8 * (-1) ** Number(one.domain.slice(7))),
    }));
    const ofDomains = (count: number) => study.filter(({ domain }) => Number(domain.slice(7)) < count);
    const width = ({ low, high }: AccuracyKnowledge) => high - low;
    expect(width(fit(ofDomains(2)))).toBeGreaterThan(1.5 * width(fit(study)));
    // Where they do not differ there are as many as runs.
    expect(width(fit(alike))).toBeLessThan(1.15 * 2 * deviationsOf80Percent);
    expect(fitAccuracy(ofDomains(1), gainFeatures).knowledge).toBeUndefined();
  });
});

describe('a line of the advisor’s study', () => {
  const model = makeModel({
    versionId: 'mobilenet-v2',
    cuts: [makeCut({ layer: 'early', accuracy: 0.6 }), makeCut({ layer: 'late', accuracy: 0.7 })],
  });
  const line = {
    dataset: 'emoji-60',
    domain: 'emoji',
    model: 'mobilenet-v2',
    seed: 1,
    measurements: makeMeasurements([model]),
    outcomes: [
      {
        strategy: 'feature-extraction-svm',
        parameters: { layer: 'late' },
        accuracy: 0.71,
        imageCount: 300,
        seconds: 3,
      },
      {
        strategy: 'feature-extraction-svm',
        parameters: { layer: 'early' },
        accuracy: 0.61,
        imageCount: 300,
        seconds: 3,
      },
      {
        strategy: 'feature-extraction-svm',
        parameters: { classifier: 'softmax' },
        accuracy: 0.7,
        imageCount: 300,
      },
      {
        strategy: 'full-retraining',
        parameters: { initialization: 'random' },
        accuracy: 0.2,
        imageCount: 300,
      },
      { strategy: 'full-retraining', parameters: { epochs: 3 }, accuracy: 0.8, imageCount: 300, seconds: 60 },
    ],
  };

  it('says of each family what came out beside the best probe, and leaves out what no advice names', () => {
    expect(
      observationsOf(line).map(({ family, accuracy, probeAccuracy }) => [family, accuracy, probeAccuracy]),
    ).toEqual([
      ['feature-extraction-svm', 0.71, 0.7],
      ['feature-extraction-svm:softmax', 0.7, 0.7],
      ['full-retraining', 0.8, 0.7],
    ]);
  });

  it('says nothing where no probe was solved', () => {
    expect(observationsOf({ ...line, measurements: makeMeasurements([{ ...model, cuts: [] }]) })).toEqual([]);
  });
});

/** Fails what is asked of a family that is known. */
const unknown = accuracyKnowledge({ low: 0, high: 0 });

describe('what is known now', () => {
  const families = [
    'feature-extraction-svm',
    'feature-extraction-svm:softmax',
    'partial-fine-tuning',
    'full-retraining',
  ];

  it.each(families)('%s has an expectation and a factor of seconds, all numbers', (family) => {
    const {
      low,
      high,
      spread,
      spreadOfUnknown,
      gain,
      coefficients,
      networks = {},
    } = learnedKnowledge.accuracy[family] ?? unknown;
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
    expect(spread).toBeGreaterThan(0);
    expect(spreadOfUnknown).toBeGreaterThanOrEqual(spread);
    expect(Object.keys(networks).sort()).toEqual(Object.keys(learnedKnowledge.networks.studied).sort());
    for (const { mean, scale, coefficient } of Object.values(coefficients)) {
      expect([mean, scale, coefficient, gain].every(Number.isFinite)).toBe(true);
      expect(scale).toBeGreaterThan(0);
    }
    expect(learnedKnowledge.cost.seconds[family]?.factor).toBeGreaterThan(0);
  });

  it('knows the starter networks by the digests of their weights, on every data set of the study', () => {
    const { spread, studied } = learnedKnowledge.networks;
    expect(spread).toBeGreaterThan(0);
    expect(
      Object.values(studied)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['efficientnet-lite0', 'inception-v3', 'mobilenet-v2']);
    for (const [digest, { probes }] of Object.entries(studied)) {
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(Object.keys(probes)).toHaveLength(12);
    }
  });

  it('says where it comes from', () => {
    expect(learnedKnowledge.source).toMatch(/runs on \d+ data sets in \d+ domains/);
  });
});
