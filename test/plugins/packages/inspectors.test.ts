import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../../src/learning/model-manifest.js';
import type { DataSummary } from '../../../src/plugins/contract.js';
import { Inspectors } from '../../../src/plugins/packages/inspect/inspectors.js';
import { readStrategyPackage } from '../../../src/plugins/packages/read-package.js';
import { emptyFolder, writeInstalled, type PackageSource } from './strategy-folder.js';

const inspectors = new Inspectors();
/** For packages that never answer. */
const impatient = new Inspectors({ answerMs: 1000 });
afterAll(() => {
  inspectors.close();
  impatient.close();
});

const base = { format: 'tfjs-layers' } as unknown as ModelManifest;
const data = { classes: ['a', 'b'] } as unknown as DataSummary;
const installed = (source: PackageSource) => readStrategyPackage(writeInstalled(source));
const describes = async (source: PackageSource) => inspectors.describe(await installed(source));
const loopForEver = 'for (;;);';

it('describes a strategy as data, with the package that it comes from', async () => {
  const found = await installed({
    name: 'my-package',
    version: '2.1.0',
    fields: `parameters: z.object({ depth: z.int().min(1).default(3).describe('How deep.') }),`,
  });
  expect(await inspectors.describe(found)).toMatchObject({
    name: 'my-strategy',
    version: '2.1.0',
    parametersSchema: { properties: { depth: { default: 3, minimum: 1, description: 'How deep.' } } },
    package: found.origin.identity,
    contract: '1.0',
    estimates: false,
  });
});

it('tells whether a strategy estimates, and asks for no estimate', async () => {
  const fields = `estimate: () => { throw new Error('not to be called'); },`;
  expect(await describes({ fields })).toMatchObject({ estimates: true });
});

it.each<[string, PackageSource, string, RegExp]>([
  ['throws', { before: `throw new Error('no /opt/secret/place');` }, 'PLUGIN_IMPORT_FAILED', /no …\/place/],
  ['throws a sentence', { before: `throw new Error('It is broken.');` }, 'PLUGIN_IMPORT_FAILED', /broken\.$/],
  [
    'leaves a rejection in a sentence',
    { before: `Promise.reject(new Error('Is it lost?'));` },
    'PLUGIN_PROCESS_DIED',
    /lost\?$/,
  ],
  ['has a syntax error', { module: 'export default ;' }, 'PLUGIN_IMPORT_FAILED', /my-package 1.0.0/],
  ['leaves a rejection', { before: `Promise.reject(new Error('lost'));` }, 'PLUGIN_PROCESS_DIED', /lost/],
  ['exits', { before: 'process.exit(0);' }, 'PLUGIN_PROCESS_DIED', /exit code 0/],
  ['crashes', { before: 'process.abort();' }, 'PLUGIN_PROCESS_DIED', /SIGABRT/],
  ['exports nothing', { module: 'export const a = 1;' }, 'PLUGIN_EXPORT_MISSING', /undefined/],
  ['is malformed', { fields: 'summary: 3, check: 4,' }, 'PLUGIN_METADATA_INVALID', /summary.*check/],
  ['imports what is not there', { before: `import 'nope';` }, 'PLUGIN_DEPENDENCY_MISSING', /package nope/],
  ['imports what is CommonJS', { module: `require('node:fs');` }, 'PLUGIN_IMPORT_FAILED', /require/],
  [
    'disarms what looks at its name',
    { strategy: '<b>', before: 'RegExp.prototype.test = () => true;' },
    'PLUGIN_ANSWER_INVALID',
    /not understood/,
  ],
  [
    'writes to the channel',
    { before: `process.send({ type: 'answer', id: 'x', answer: {} });` },
    'PLUGIN_ANSWER_INVALID',
    /channel/,
  ],
])('refuses a package that %s at its import, with a code of its own', async (_, source, code, message) => {
  const refusal: unknown = await describes(source).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect((refusal as Error).message).toMatch(/[^.?][.?]$/);
});

it('refuses a package that eats memory outside of the heap, and lives on itself', async () => {
  await expect(
    describes({ before: 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1));' }),
  ).rejects.toMatchObject({
    // Which of them depends on who asks for the last bytes.
    code: expect.stringMatching(/^PLUGIN_(PROCESS_DIED|IMPORT_FAILED)$/) as string,
  });
});

it.each([
  ['never returns', { before: loopForEver }],
  ['waits for ever', { before: 'await new Promise(() => setInterval(() => {}, 1000));' }],
])('gives up on a package that %s', async (_, source) => {
  await expect(impatient.describe(await installed(source))).rejects.toMatchObject({
    code: 'PLUGIN_TIMED_OUT',
  });
});

it.each([
  ['environment', `JSON.stringify(Object.keys(process.env).sort())`, /^(?!.*(PATH|npm_|VITEST|ZOO_))/],
  [
    'files',
    `(() => { try { return fs.readFileSync('/etc/passwd', 'utf8') } catch (e) { return e.code } })()`,
    /DENIED/,
  ],
  [
    'our data',
    `(() => { try { return fs.readFileSync('DATA', 'utf8') } catch (e) { return e.code } })()`,
    /DENIED/,
  ],
  ['writing', `(() => { try { fs.writeFileSync('x', '') } catch (e) { return e.code } })()`, /DENIED/],
  ['processes', `(() => { try { cp.execSync('id') } catch (e) { return e.code } })()`, /DENIED/],
  [
    'threads',
    `(() => { try { new wt.Worker('1', { eval: true }) } catch (e) { return e.code } })()`,
    /DENIED/,
  ],
])('shows a package nothing of the machine: %s', async (_, expression, expected) => {
  const secret = join(emptyFolder(), 'data.json');
  writeFileSync(secret, 'secret');
  const imports = `import fs from 'node:fs'; import cp from 'node:child_process'; import wt from 'node:worker_threads';`;
  const { summary } = await describes({
    before: imports,
    fields: `summary: String(${expression.replace('DATA', secret)}),`,
  });
  expect(summary).toMatch(expected);
});

it('refuses a package whose files are no longer those that were read', async () => {
  const found = await installed({});
  writeFileSync(join(found.origin.folder, 'index.js'), 'export default 1;');
  await expect(inspectors.describe(found)).rejects.toMatchObject({
    code: 'PLUGIN_CHANGED',
    message: expect.stringMatching(/[^.]\.$/) as string,
  });
});

describe('parameters and applicability', () => {
  it('are answered by the package: problems all at once, defaults filled in', async () => {
    const found = await installed({
      fields: `parameters: z.object({ a: z.int().default(1).describe('A.'), b: z.boolean().default(true).describe('B.') }),
        check: (base, data, { a }) => a > 5 ? [{ path: 'parameters.a', message: base.format + data.classes.length }] : [],`,
    });
    expect(await inspectors.validate(found, { b: false })).toEqual({ value: { a: 1, b: false } });
    const { problems } = await inspectors.validate(found, JSON.parse('{"a":"x","b":3,"__proto__":{"c":1}}'));
    expect(problems?.map(({ path }) => path).sort()).toEqual([
      'parameters.__proto__',
      'parameters.a',
      'parameters.b',
    ]);
    expect(await inspectors.check(found, base, data, { a: 6 })).toEqual([
      { path: 'parameters.a', message: 'tfjs-layers2' },
    ]);
    expect(await inspectors.check(found, base, data, { a: 1 })).toEqual([]);
  });

  it('of a schema that takes exponential time end in time, and the next question is answered', async () => {
    const found = await installed({
      fields: `parameters: z.object({ word: z.string().regex(/^(a+)+$/).default('a').describe('A word.') }),`,
    });
    await impatient.validate(found, { word: 'aaa' });
    await expect(impatient.validate(found, { word: `${'a'.repeat(60)}!` })).rejects.toMatchObject({
      code: 'PLUGIN_TIMED_OUT',
    });
    expect(await impatient.validate(found, { word: 'aa' })).toEqual({ value: { word: 'aa' } });
  });

  it.each([
    ['throws', `check() { throw new Error('broken check'); },`, /broken check/],
    ['answers nonsense', `check: () => 'fine',`, /list of/],
    ['promises an answer', `check: async () => [],`, /list of/],
  ])('of a check that %s are an error of that package', async (_, fields, message) => {
    await expect(inspectors.check(await installed({ fields }), base, data, {})).rejects.toMatchObject({
      code: 'PLUGIN_ANSWER_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });

  it('are answered by one process, which goes when it is not needed', async () => {
    const own = new Inspectors();
    const found = await installed({
      fields: `parameters: z.object({}), check: () => [{ path: '', message: String(process.pid) }],`,
    });
    const processId = async () => (await own.check(found, base, data, {}))[0]?.message;
    const first = await processId();
    expect(await processId()).toBe(first);
    own.close();
    const another = await processId();
    expect(another).not.toBe(first);
    own.close();
    for (const gone of [first, another]) await ended(Number(gone));
  });
});

it('tells a package nothing of another one that ruined its process', async () => {
  const ruined = await installed({ before: `Array.prototype.map = () => []; JSON.stringify = () => '1';` });
  const good = await installed({ name: 'good-package', strategy: 'good' });
  const [first, second] = await Promise.allSettled([inspectors.describe(ruined), inspectors.describe(good)]);
  expect(first.status).toBe('rejected');
  expect(second).toMatchObject({ status: 'fulfilled', value: { name: 'good' } });
});

/** Waits until the system has no such process, or only its remains. */
async function ended(processId: number): Promise<void> {
  await expect
    .poll(() => {
      try {
        return execFileSync('ps', ['-o', 'stat=', '-p', String(processId)], { encoding: 'utf8' }).trim();
      } catch {
        return '';
      }
    })
    .toMatch(/^(Z.*)?$/);
}
