import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { announce, parametersSchema } from '../../../src/plugins/announce.js';
import { checkStrategy } from '../../../src/plugins/check/check-strategy.js';
import type { Strategy } from '../../../src/plugins/contract.js';
import { loadStrategies } from '../../../src/plugins/loader.js';
import { validateParameters } from '../../../src/plugins/parameters/validate-parameters.js';

const strategyWith = (parameters: unknown): Strategy => ({
  name: 'own',
  version: '1.0.0',
  summary: 'Has parameters.',
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  parameters: parameters as z.ZodObject,
  check: () => [],
  load: () => Promise.reject(new Error('never fitted here')),
});

const { all: builtIns } = await loadStrategies();

describe.each(builtIns)('$name', (strategy) => {
  const { properties } = parametersSchema(strategy) as {
    properties: Record<string, Record<string, unknown>>;
  };

  it('describes every parameter with title, description and group', () => {
    for (const [name, property] of Object.entries(properties)) {
      expect({ name, ...property }).toMatchObject({
        title: expect.any(String) as string,
        description: expect.any(String) as string,
        group: expect.stringMatching(/^(Network|Classifier|Training|Regularization|Pictures)$/) as string,
      });
    }
  });

  it('bounds every number and every text', () => {
    for (const [name, property] of Object.entries(properties)) {
      const ranges = [property, ...((property['anyOf'] as Record<string, unknown>[] | undefined) ?? [])];
      for (const range of ranges) {
        if (range['type'] === 'number' || range['type'] === 'integer') {
          expect({ name, ...range }).toMatchObject({
            minimum: expect.any(Number) as number,
            maximum: expect.any(Number) as number,
          });
        }
        if (range['type'] === 'string' && range['enum'] === undefined && range['const'] === undefined) {
          expect({ name, ...range }).toMatchObject({ maxLength: expect.any(Number) as number });
        }
      }
    }
  });
});

it('the JSON Schema carries unit, group and what is advanced', () => {
  const training = builtIns.find(({ name }) => name === 'partial-fine-tuning') as Strategy;
  expect(parametersSchema(training)['properties']).toMatchObject({
    inputSize: { unit: 'pixels', group: 'Network' },
    batchSize: { unit: 'pictures', minimum: 1, maximum: 1024 },
    warmUpEpochs: { unit: 'epochs', advanced: true },
    layer: { group: 'Network', description: expect.stringContaining('an earlier one') as string },
  });
});

describe('a strategy is refused', () => {
  const text = () => z.string().describe('Text.');
  it.each([
    ['without a description', z.object({ a: z.number() }), 'parameter a has no description'],
    ['with an empty one', z.object({ a: z.number().describe(' ') }), 'parameter a has no description'],
    [
      'without one further in',
      z.object({
        a: z.object({ b: z.number() }).describe('A.'),
        c: z.array(z.object({ d: text() })).describe('C.'),
      }),
      'parameter a.b has no description',
    ],
    [
      'without one inside of a choice',
      z.object({ a: z.union([z.literal('x'), z.object({ b: z.number() })]).describe('A.') }),
      'parameter a.b has no description',
    ],
    [
      'with a keyword of another type',
      z.object({ a: text().meta({ unit: 3, advanced: 'yes' }) }),
      'unit of parameter a is not a string; advanced of parameter a is not a boolean',
    ],
    [
      'with a default that its own range refuses',
      z.object({ a: z.number().max(1).default(5).describe('A.') }),
      'default of a: Too big: expected number to be <=1',
    ],
    [
      'with a default of another type',
      z.object({
        a: z
          .number()
          .default('x' as unknown as number)
          .describe('A.'),
        b: text(),
      }),
      'default of a: Invalid input: expected number, received string',
    ],
    [
      'with what JSON does not have',
      z.object({ a: z.date().describe('A.') }),
      'parameters cannot be written as JSON Schema: Date cannot be represented in JSON Schema',
    ],
    [
      'with a schema that nobody could read',
      z.object({ a: z.string().describe('x'.repeat(200_000)) }),
      expect.stringMatching(
        /^parameters take 200\d{3} bytes as JSON Schema; at most 100000 are accepted$/,
      ) as string,
    ],
    ['with no object', z.string(), 'parameters must be a Zod 4 object schema: z.object({ … })'],
    [
      'with JSON Schema instead',
      { type: 'object' },
      'parameters must be a Zod 4 object schema: z.object({ … })',
    ],
  ])('%s', (_, parameters, reason) => {
    expect(checkStrategy(strategyWith(parameters))).toEqual({ code: 'PLUGIN_METADATA_INVALID', reason });
  });

  it('when reading it throws', () => {
    const strategy = Object.defineProperty(strategyWith(z.object({})), 'summary', {
      get: () => {
        throw new Error('not today');
      },
    });
    expect(checkStrategy(strategy)).toEqual({
      code: 'PLUGIN_METADATA_INVALID',
      reason: 'its metadata cannot be read: not today',
    });
  });

  it('not when a parameter has to be given, or all together have a rule', () => {
    const parameters = z
      .object({ a: z.number().describe('A.'), b: z.number().default(1).describe('B.') })
      .refine(({ a, b }) => a < b, 'a must be below b');
    expect(checkStrategy(strategyWith(parameters))).toBeUndefined();
  });
});

describe('names that every object has', () => {
  const strategy = strategyWith(
    z.object({
      warmUp: z
        .object({ epochs: z.number().default(1).describe('Epochs.') })
        .optional()
        .describe('Warm-up.'),
      perClass: z.record(z.string(), z.number()).optional().describe('By class.'),
      rows: z
        .array(z.object({ a: z.number().optional().describe('A.') }))
        .optional()
        .describe('Rows.'),
    }),
  );
  const validate = (json: string) => validateParameters(strategy, JSON.parse(json));

  it.each([
    ['{"__proto__": {"epochs": 5}}', ['parameters.__proto__']],
    [
      '{"constructor": {"prototype": {"epochs": 5}}}',
      ['parameters.constructor', 'parameters.constructor.prototype'],
    ],
    ['{"warmUp": {"__proto__": {"epochs": 5}}}', ['parameters.warmUp.__proto__']],
    ['{"warmUp": {"constructor": 1}}', ['parameters.warmUp.constructor']],
    ['{"rows": [{}, {"__proto__": {"a": 1}}]}', ['parameters.rows.1.__proto__']],
    ['{"perClass": {"__proto__": 3}}', ['parameters.perClass.__proto__']],
  ])('are refused as unknown in %s', (json, paths) => {
    const { value, problems } = validate(json);
    expect(value).toBeUndefined();
    expect(problems?.map(({ path }) => path)).toEqual(expect.arrayContaining(paths));
    expect(problems?.[0]?.message).toMatch(/^own has no parameter /);
    expect(({} as Record<string, unknown>)['epochs']).toBeUndefined();
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('may name a class, where any name may', () => {
    const { value } = validate('{"perClass": {"constructor": 3}}');
    expect(Object.entries(value?.['perClass'] as object)).toEqual([['constructor', 3]]);
  });
});

it('what is nested deeper than the stack is refused like anything else', () => {
  const deep = `{"a": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  const { problems } = validateParameters(
    strategyWith(z.object({ a: z.number().describe('A.') })),
    JSON.parse(deep),
  );
  expect(problems).toMatchObject([{ path: 'parameters.a', accepted: 'a number' }]);
});

describe('a schema from another copy of zod', () => {
  let folder: string;
  let theirs: typeof z;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modelzoo-zod-'));
    const copy = join(folder, 'node_modules/zod');
    await cp(resolve('node_modules/zod'), copy, {
      recursive: true,
      filter: (path) => !/\.(cts|cjs|map)$/.test(path) && !path.includes('/zod/src'),
    });
    // Older versions kept descriptions in a registry of each copy's own.
    const registries = join(copy, 'v4/core/registries.js');
    const own = (await readFile(registries, 'utf8')).replaceAll(
      '__zod_globalRegistry',
      '__zod_theirRegistry',
    );
    await writeFile(registries, own);
    ({ z: theirs } = (await import(pathToFileURL(join(copy, 'index.js')).href)) as { z: typeof z });
  });

  afterAll(() => rm(folder, { recursive: true }));

  const strategy = () =>
    strategyWith(
      theirs.object({
        alpha: theirs
          .number()
          .min(0)
          .max(1)
          .default(0.1)
          .meta({ title: 'Alpha', description: 'Strength.', unit: 'parts' }),
        kind: theirs.enum(['a', 'b']).describe('Kind.'),
      }),
    );

  it('is another one indeed', () => {
    expect(theirs).not.toBe(z);
    expect(theirs.globalRegistry).not.toBe(z.globalRegistry);
  });

  it('passes the checks and gives its JSON Schema with descriptions and units', () => {
    expect(checkStrategy(strategy())).toBeUndefined();
    expect(parametersSchema(strategy())).toMatchObject({
      properties: {
        alpha: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          default: 0.1,
          description: 'Strength.',
          unit: 'parts',
        },
        kind: { enum: ['a', 'b'], description: 'Kind.' },
      },
      additionalProperties: false,
      required: ['kind'],
    });
  });

  it('validates, fills in defaults and says what is accepted', () => {
    expect(validateParameters(strategy(), { kind: 'a' }).value).toEqual({ alpha: 0.1, kind: 'a' });
    expect(validateParameters(strategy(), { alpha: 2, knd: 'b' }).problems).toEqual([
      {
        path: 'parameters.alpha',
        value: 2,
        accepted: 'a number from 0 to 1',
        message: 'alpha is 2; own accepts a number from 0 to 1. The default is 0.1.',
      },
      {
        path: 'parameters.kind',
        value: undefined,
        accepted: 'a or b',
        message: 'kind is missing; own accepts a or b.',
      },
      {
        path: 'parameters.knd',
        value: 'b',
        accepted: 'alpha, kind',
        message: 'own has no parameter knd; it accepts alpha, kind. Did you mean kind?',
      },
    ]);
  });

  it('is told apart from a schema that is none of an object', () => {
    expect(checkStrategy(strategyWith(theirs.string()))?.code).toBe('PLUGIN_METADATA_INVALID');
  });
});

it('an announcement has the needs that the contract knows, and no other thing of the package', () => {
  const strategy = strategyWith(z.object({}));
  const needs = { ...strategy.needs, memoryBytes: 8e9, secret: () => 'never sent' };
  expect(checkStrategy({ ...strategy, needs })).toBeUndefined();
  expect(announce({ ...strategy, needs }).needs).toEqual({
    tasks: ['image-classification'],
    formats: ['tfjs-layers'],
    gpu: 'none',
    memoryBytes: 8e9,
  });
  expect(checkStrategy({ ...strategy, needs: { ...needs, memoryBytes: -1 } })?.reason).toBe(
    'needs.memoryBytes must be a whole number of bytes',
  );
});
