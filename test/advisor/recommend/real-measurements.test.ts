import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Recommendation } from '../../../src/advisor/advice.js';
import { adviceMeasurements, type AdviceMeasurements } from '../../../src/advisor/measurements.js';
import { bestCut } from '../../../src/advisor/recommend/best-cut.js';
import { learnedKnowledge } from '../../../src/advisor/recommend/learned-knowledge.js';
import { recommend } from '../../../src/advisor/recommend/recommend.js';
import { readNsfwjsBackbone } from '../../../src/cli/starters/nsfwjs-backbone.js';
import type { ModelManifest } from '../../../src/learning/model-manifest.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../src/learning/tfjs-layers/model-files.js';
import { makeInput } from './support.js';

/**
 * What `measureModels` measured with MobileNetV2 at 96 × 96 on photographs of ten classes of clothes: 8 of each, and 20 of
 * each whose labels were dealt anew at random.
 */
function measuredOn(name: 'clothing-8-a-class' | 'clothing-random-labels'): AdviceMeasurements {
  const text = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
  return adviceMeasurements.parse(JSON.parse(text));
}

let manifest: ModelManifest;

beforeAll(async () => {
  const input = { height: 96, width: 96 };
  ({ manifest } = await loadTfjsLayers(filesInMemory(await readNsfwjsBackbone('mobilenet-v2')), { input }));
});

function recommendFor(measurements: AdviceMeasurements): Recommendation {
  const models = [{ versionId: 'first', name: 'zoo/mobilenet-v2@1', manifest }];
  return recommend(makeInput({ measurements, models, knowledge: learnedKnowledge }));
}

describe('photographs, 8 a class', () => {
  const measurements = measuredOn('clothing-8-a-class');
  const [model] = measurements.models;
  const probe = model && bestCut(model)?.probe;

  it('are few and, since their statistics are near those of the network, similar', () => {
    expect(recommendFor(measurements).scenario).toBe('SMALL_SIMILAR');
  });

  it('have a linear classifier at the earlier layer, expected near its probe', () => {
    const linear = recommendFor(measurements).candidates.find(
      ({ parameters }) => parameters['classifier'] === 'svm',
    );
    expect(linear?.layer).toBe('block_13_expand_relu');
    expect(Math.abs((linear?.accuracy?.value ?? 0) - (probe?.accuracy ?? 1))).toBeLessThan(0.06);
    expect(linear?.reason).toContain('20.0 points more than on the last layer');
  });

  it('get a wide promise from few pictures and a small study', () => {
    for (const { accuracy } of recommendFor(measurements).candidates) {
      expect((accuracy?.high ?? 0) - (accuracy?.low ?? 0)).toBeGreaterThan(0.15);
    }
  });

  it('cost more to train than to classify, by what was measured of the machine', () => {
    const { candidates } = recommendFor(measurements);
    const seconds = (name: string) =>
      candidates.find(({ strategy }) => strategy === name)?.seconds?.value ?? 0;
    expect(seconds('feature-extraction-svm')).toBeLessThan(seconds('partial-fine-tuning') / 3);
    expect(seconds('partial-fine-tuning')).toBeLessThan(seconds('full-retraining'));
  });
});

it('photographs with labels at random teach nothing, which is said with the evidence', () => {
  const { scenario, summary, candidates } = recommendFor(measuredOn('clothing-random-labels'));
  expect(scenario).toBeNull();
  expect(summary).toMatch(/^Nothing is learned from these pictures: the best linear probe gets 11\.5 %/);
  expect(summary).toContain('naming the largest class every time gets 10.0 %');
  for (const { accuracy } of candidates) expect(accuracy?.value).toBeLessThan(0.13);
});
