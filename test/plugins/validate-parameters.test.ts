import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { announce } from '../../src/plugins/announce.js';
import { defineStrategy, type Strategy } from '../../src/plugins/contract.js';
import { nearestNames } from '../../src/plugins/check/nearest-names.js';
import featureExtraction from '../../src/plugins/feature-extraction-svm/index.js';
import { validateParameters } from '../../src/plugins/parameters/validate-parameters.js';
import type { AnnouncedStrategy } from '../../src/zoo/job-types.js';

const messages = (raw: unknown) =>
  validateParameters(featureExtraction, raw).problems?.map(({ message }) => message);

describe('parameters', () => {
  it.each([undefined, null, {}])('get their defaults when %s is sent', (raw) => {
    expect(validateParameters(featureExtraction, raw).value).toEqual({
      classifier: 'svm',
      pooling: 'average',
      folds: 5,
      maxIterations: 100,
    });
  });

  it('keep what is sent', () => {
    const sent = {
      classifier: 'softmax',
      C: 0.5,
      layer: 'block_3',
      pooling: 'flatten',
      folds: 3,
      inputSize: 96,
    };
    expect(validateParameters(featureExtraction, sent).value).toMatchObject(sent);
  });

  it('come back with all problems at once: path, what arrived, what is accepted', () => {
    const { problems } = validateParameters(featureExtraction, {
      C: -1,
      folds: 1.5,
      classifier: 'forest',
      layr: 'x',
    });
    expect(problems).toEqual([
      {
        path: 'parameters.classifier',
        value: 'forest',
        accepted: 'svm or softmax',
        message:
          'classifier is "forest"; feature-extraction-svm accepts svm or softmax. The default is "svm".',
      },
      {
        path: 'parameters.C',
        value: -1,
        accepted: 'a number from 0.000001 to 1000000',
        message: 'C is -1; feature-extraction-svm accepts a number from 0.000001 to 1000000.',
      },
      {
        path: 'parameters.folds',
        value: 1.5,
        accepted: 'a whole number from 2 to 20',
        message:
          'folds is 1.5; feature-extraction-svm accepts a whole number from 2 to 20. The default is 5.',
      },
      {
        path: 'parameters.layr',
        value: 'x',
        accepted: 'classifier, layer, pooling, C, inputSize, folds, maxIterations',
        message:
          'feature-extraction-svm has no parameter layr; it accepts classifier, layer, pooling, C, inputSize, folds, maxIterations. Did you mean layer?',
      },
    ]);
  });

  it.each([
    ['a list', [1]],
    ['text', 'C=1'],
    ['a number', 3],
  ])('are refused as %s', (_, raw) => {
    expect(messages(raw)).toEqual([
      `parameters is ${JSON.stringify(raw)}; feature-extraction-svm accepts an object of parameters by name.`,
    ]);
  });

  it('cannot reach a prototype', () => {
    const raw = JSON.parse('{"__proto__": {"C": 5}, "constructor": 1}') as unknown;
    expect(validateParameters(featureExtraction, raw).problems?.map(({ path }) => path)).toEqual([
      'parameters.__proto__',
      'parameters.constructor',
    ]);
    expect(({} as Record<string, unknown>)['C']).toBeUndefined();
  });

  it('are refused where the schema changes what it reads: a job could not read again what it keeps', () => {
    const parameters = z.object({ share: z.number().transform((share) => share / 2) });
    const { problems } = validateParameters({ ...featureExtraction, parameters } as unknown as Strategy, {
      share: 1,
    });
    expect(problems?.[0]?.message).toMatch(/became \{"share":0.5\}, and sent again \{"share":0.25\}/);
  });

  it('are shortened in messages, however long they are', () => {
    expect(messages({ pooling: 'x'.repeat(1e6) })?.[0]?.length).toBeLessThan(250);
  });

  it('may be required, nested, listed and checked by a strategy’s own rule', () => {
    const strategy = defineStrategy({
      name: 'own',
      version: '1.0.0',
      summary: 'Has parameters of every kind.',
      needs: featureExtraction.needs,
      load: () => Promise.reject(new Error('never fitted here')),
      parameters: z.object({
        rate: z.number().gt(0).describe('rate'),
        sizes: z.array(z.int().min(1).max(9)).describe('sizes'),
        schedule: z.object({ warmup: z.boolean() }).describe('schedule'),
        even: z
          .int()
          .refine((value) => value % 2 === 0, 'an even number')
          .describe('even'),
      }),
      check: () => [],
    });
    const sent = { sizes: [3, 12], schedule: { warmup: 'yes' }, even: 3 };
    expect(validateParameters(strategy, sent).problems?.map(({ message }) => message)).toEqual([
      'rate is missing; own accepts a number above 0.',
      'sizes.1 is 12; own accepts a whole number from 1 to 9.',
      'schedule.warmup is "yes"; own accepts true or false.',
      'even is 3; own accepts an even number.',
    ]);
  });
});

describe('an announced strategy', () => {
  const announced: AnnouncedStrategy = announce(featureExtraction);

  it('is plain JSON with a 2020-12 schema', () => {
    expect(JSON.parse(JSON.stringify(announced))).toEqual(announced);
    expect(announced.parametersSchema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'feature-extraction-svm',
      type: 'object',
      additionalProperties: false,
    });
  });

  it('describes every parameter, with title, range and default', () => {
    const properties = announced.parametersSchema['properties'] as Record<string, Record<string, unknown>>;
    expect(Object.keys(properties)).toHaveLength(7);
    for (const property of Object.values(properties)) {
      expect(property['description']).toEqual(expect.any(String));
      expect(property['title']).toEqual(expect.any(String));
    }
    expect(properties['folds']).toMatchObject({ type: 'integer', minimum: 2, maximum: 20, default: 5 });
    expect(announced.parametersSchema['required']).toBeUndefined();
  });
});

it('a name is guessed only where something of it is the same', () => {
  expect(nearestNames('kk', ['a', 'k', 'n'])).toEqual(['k']);
  expect(nearestNames('layr', ['layer', 'C', 'pooling'])).toEqual(['layer']);
  expect(nearestNames('c', ['C', 'a'])).toEqual(['C']);
});
