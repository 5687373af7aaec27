import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Evaluation } from '../../src/learning/evaluation.js';
import { evaluate } from '../../src/learning/evaluation/evaluate.js';
import { writeCard, type CardFacts } from '../../src/plugins/card/write-card.js';

function factsFor(classes: string[], predictedOf: (label: number) => number): CardFacts {
  const labels = Int32Array.from({ length: classes.length * 4 }, (_, picture) => picture % classes.length);
  const scores = new Float32Array(labels.length * classes.length);
  labels.forEach((label, picture) => (scores[picture * classes.length + predictedOf(label)] = 1));
  return {
    model: 'ada/clothes',
    base: {
      model: 'starters/mobilenet-v2',
      version: 3,
      license: 'mit',
      tags: ['backbone', 'starter', 'imagenet'],
    },
    dataset: { name: 'ada/clothing', version: 2, license: 'cc0-1.0', trainImageCount: 400 },
    strategy: {
      name: 'feature-extraction-svm',
      version: '1.0.0',
      parameters: { classifier: 'svm', folds: 5, layer: undefined },
    },
    chosen: { layer: 'out_relu', C: 0.3 },
    seed: 1,
    evaluation: evaluate({
      split: 'test',
      classes,
      labels,
      scores,
      isNearDuplicate: new Uint8Array(labels.length),
      areProbabilities: false,
      seed: 1,
    }),
    measurements: { parameterCount: 2_270_794, sizeBytes: 9_000_000 },
  };
}

const frontMatterOf = (card: string): Record<string, unknown> =>
  parse(/^---\n([\s\S]*?)\n---\n/.exec(card)?.[1] ?? '') as Record<string, unknown>;

describe('the card of a fine-tuned version', () => {
  const facts = factsFor(['dress', 'hat', 'shirt'], (label) => (label === 2 ? 1 : label));
  const card = writeCard(facts);

  it('has front matter in the hubs’ field names', () => {
    expect(frontMatterOf(card)).toEqual({
      license: 'mit',
      pipeline_tag: 'image-classification',
      library_name: 'tfjs-layers',
      tags: ['imagenet', 'image-classification', 'feature-extraction-svm'],
      base_model: 'starters/mobilenet-v2',
      base_model_relation: 'finetune',
      datasets: ['ada/clothing'],
      metrics: ['accuracy', 'f1'],
      'model-index': [
        {
          name: 'ada/clothes',
          results: [
            {
              task: { type: 'image-classification', name: 'Image Classification' },
              dataset: { type: 'ada/clothing', name: 'ada/clothing', split: 'test', revision: '2' },
              metrics: expect.arrayContaining([
                expect.objectContaining({ type: 'accuracy', value: 0.666667, verified: false }),
              ]),
            },
          ],
        },
      ],
    });
  });

  it('says how it was made, how well it does by class, what is confused and where the limits are', () => {
    expect(card).toContain('| layer (chosen) | out\\_relu |');
    expect(card).not.toContain('undefined');
    expect(card).toContain('| hat | 4 | 0.500 | 1.000 | 0.667 |');
    expect(card).toContain('| shirt | 4 | – | 0.000 | 0.000 |');
    expect(card).toContain('| shirt | 0 | 4 | 0 |');
    expect(card).toContain('The scores are margins');
    expect(card).toContain('12 held-out pictures are few');
  });

  it('leaves the license out where the base names none', () => {
    const unlicensed = writeCard({ ...facts, base: { ...facts.base, license: null } });
    expect(frontMatterOf(unlicensed)).not.toHaveProperty('license');
  });

  it('tells many classes by their most frequent mistakes', () => {
    const many = Array.from({ length: 30 }, (_, label) => `class ${label}`);
    const text = writeCard(factsFor(many, (label) => (label === 4 ? 5 : label)));
    expect(text).toContain('| class 4 | class 5 | 4 |');
    expect(text).not.toContain('Rows are what a picture shows');
  });

  it('lets no class name or parameter break tables, markup or front matter', () => {
    const hostile = ['a | b\n| c', '<script>alert(1)</script>', '---\nlicense: stolen'];
    const text = writeCard(factsFor(hostile, (label) => label));
    expect(frontMatterOf(text)['license']).toBe('mit');
    expect(text).toContain('| a \\| b \\| c | 4 |');
    expect(text).not.toMatch(/(^|[^\\])<script>/);
    expect(text.match(/^---$/gm)).toHaveLength(2);
  });

  it('says what a linear classifier on the frozen base does instead, and how quick the model is', () => {
    const evaluation: Evaluation = {
      ...facts.evaluation,
      baseline: {
        name: 'linear-probe',
        layer: 'out_relu',
        accuracy: 0.75,
        difference: -0.0833,
        differenceInterval: [-0.25, 0.0833],
        pValue: 0.5,
        verdict: 'INDISTINGUISHABLE',
      },
      latency: { medianMs: 12.34, p90Ms: 15.6 },
    };
    const text = writeCard({ ...facts, evaluation });
    expect(text).toContain(
      'Not distinguishable from a linear classifier on the frozen base (features of out\\_relu): −8.3 points against 75.0 %',
    );
    expect(text).toContain('it is smaller to keep and quicker to make');
    expect(text).toContain('12.3 ms per picture');
    expect(text).toContain('nine in ten take no longer than 15.6 ms');
    expect(card).not.toContain('ms per picture');
  });
});
