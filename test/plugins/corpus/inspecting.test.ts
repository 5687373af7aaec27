import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InstalledStrategies } from '../../../src/plugins/installed/installed-strategies.js';
import {
  openInstalledStrategies,
  type StrategyInstallation,
} from '../../../src/plugins/installed/open-installed-strategies.js';
import { Inspectors } from '../../../src/plugins/packages/inspect/inspectors.js';
import { makeData, makeManifest } from '../manifests.js';
import { badPlugins, type BadPlugin } from './bad-plugins.js';
import { layOutCorpus, type LaidOutCorpus } from './lay-out-corpus.js';
import { processesOf } from './left-behind.js';

let corpus: LaidOutCorpus;
/** Where packages are inspected: a folder for nobody else. */
let temporary: string;
const usual = process.env['TMPDIR'];
const installations: StrategyInstallation[] = [];

beforeAll(async () => {
  corpus = await layOutCorpus();
  temporary = await mkdtemp(join(tmpdir(), 'zoo-corpus-inspected-'));
  process.env['TMPDIR'] = temporary;
});
afterAll(async () => {
  for (const installation of installations) installation.close();
  if (usual === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usual;
  await Promise.all([corpus.remove(), rm(temporary, { recursive: true, force: true })]);
});

/** An installation whose configuration lists these packages of the corpus. */
function installationOf(names: string[], answerMs: number): StrategyInstallation {
  const installation = openInstalledStrategies({
    pluginsFolder: join(corpus.folderOf('..'), `plugins-${installations.length}`),
    listed: names.map((name) => corpus.folderOf(name)),
    inspectors: new Inspectors({ answerMs }),
  });
  installations.push(installation);
  return installation;
}

const namesWhere = (holds: (plugin: BadPlugin) => boolean) =>
  badPlugins.filter(holds).map(({ name }) => name);
const isLate = ({ ends }: BadPlugin) => ends.code === 'PLUGIN_TIMED_OUT';
const isAskedOnly = ({ ends }: BadPlugin) => ends.at === 'validating' || ends.at === 'checking';

test('the table and the folder have the same packages', () => {
  const inTable = badPlugins.map(({ name }) => name);
  expect([...inTable, 'good'].sort()).toEqual(corpus.names);
});

describe('where the configuration lists bad packages among good ones', () => {
  let strategies: InstalledStrategies;
  let late: InstalledStrategies;

  beforeAll(async () => {
    const atInspection = (plugin: BadPlugin) => plugin.ends.at === 'inspecting';
    const prompt = namesWhere((plugin) => atInspection(plugin) && !isLate(plugin));
    // The name belongs to the package that is listed first.
    const firsts = ['good', 'two-versions-1', 'two-versions-2'];
    const others = prompt.filter((name) => !firsts.includes(name));
    strategies = await installationOf([...firsts, ...others], 60_000).current();
    // Enough for any of these to do what it does, too little for what never ends.
    late = await installationOf(
      namesWhere((plugin) => atInspection(plugin) && isLate(plugin)),
      1000,
    ).current();
  });

  test.each(badPlugins.filter(({ ends }) => ends.at === 'inspecting'))(
    '$name ends with $ends.code',
    ({ name, ends }) => {
      const refused = [...strategies.refused, ...late.refused].filter(
        ({ source }) => basename(source) === name,
      );
      expect(refused.map(({ code }) => code)).toEqual(ends.code === null ? [] : [ends.code]);
      for (const { reason } of refused) {
        expect(reason).not.toContain(tmpdir());
        expect(reason).not.toMatch(/\n\s+at /);
      }
    },
  );

  test('the good ones and the built-ins are there', () => {
    const names = new Set(strategies.all.map(({ announcement }) => announcement.name));
    expect(names).toEqual(
      new Set([
        'feature-extraction-svm',
        'full-retraining',
        'good',
        'partial-fine-tuning',
        'shouts-at-import',
        'two-versions',
      ]),
    );
    expect(strategies.find('full-retraining')?.origin).toEqual({ kind: 'built-in' });
  });

  test('of two versions each is found, and the newest where none is named', async () => {
    expect(strategies.find('two-versions')?.announcement.version).toBe('2.0.0');
    const first = strategies.find('two-versions', '1.0.0');
    expect(await first?.validate({ power: 3 })).toEqual({ value: { power: 3 } });
    expect(await strategies.find('two-versions', '2.0.0')?.validate({ power: 3 })).toMatchObject({
      problems: [{ path: 'parameters.power', value: 3 }],
    });
  });

  test('none of them left a process or a file', async () => {
    expect(await readdir(join(corpus.folderOf('writes-at-import')))).not.toContain('written-at-import');
    for (const installation of installations) installation.close();
    await expect.poll(() => readdir(temporary)).toEqual([]);
    if (process.platform === 'linux') expect(await processesOf(temporary)).toEqual([]);
  });
});

describe('asked before a job is queued,', () => {
  const base = makeManifest();
  const data = makeData([10, 10], 10, 10);

  test.each(badPlugins.filter(isAskedOnly))('$name ends with $ends.code', async ({ name, ends }) => {
    if (ends.at !== 'validating' && ends.at !== 'checking') return;
    const described = installationOf([name], 60_000);
    await described.current();
    // What is described already need not be imported in time.
    const installation = installationOf([name], ends.code === 'PLUGIN_TIMED_OUT' ? 3000 : 60_000);
    const strategy = (await installation.current()).find(name);
    const asked = strategy?.validate(ends.parameters);
    if (ends.code === 'STRATEGY_PARAMETERS_INVALID') {
      expect(await asked).toMatchObject({ problems: [{ path: expect.any(String) as string }] });
    } else if (ends.at === 'validating') {
      await expect(asked).rejects.toMatchObject({ code: ends.code });
    } else {
      expect(await asked).toEqual({ value: {} });
      await expect(strategy?.check(base, data, {})).rejects.toMatchObject({ code: ends.code });
    }
    // It answers others as it did: the process it ruined is another one now.
    expect(await strategy?.validate({ unknown: 1 })).toMatchObject({
      problems: [{ path: 'parameters.unknown' }],
    });
  });

  test('a parameter called __proto__ reaches nobody', async () => {
    const strategy = (await installationOf(['merges-parameters'], 60_000).current()).find(
      'merges-parameters',
    );
    const raw = (text: string) => JSON.parse(text) as unknown;
    expect(await strategy?.validate(raw('{"__proto__": {"polluted": 1}}'))).toMatchObject({
      problems: [{ path: 'parameters.__proto__' }],
    });
    expect(await strategy?.validate(raw('{"options": {"__proto__": {"polluted": 1}}}'))).toMatchObject({
      problems: [{ path: 'parameters.options.__proto__' }],
    });
    expect('polluted' in {}).toBe(false);
  });
});
