import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWorker, type RunningWorker } from '../../src/jobs/worker/run-worker.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../src/learning/tfjs-layers/model-files.js';
import { tinyNetwork } from '../../src/plugins/conformance/materials/tiny-network.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { emptyFolder, runZoo, startZoo } from './run-zoo.js';

const photographs = fileURLToPath(new URL('../../examples/clothing-mini/images/', import.meta.url));
const installation = fileURLToPath(new URL('../../', import.meta.url));

let base: string;
let pictures: string;
beforeAll(async () => {
  base = emptyFolder();
  for (const { path, bytes } of await tinyNetwork({ height: 32, width: 32 })) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), bytes);
  }
  pictures = emptyFolder();
  for (const split of ['train', 'validation', 'test']) {
    for (const name of ['hat', 'shoes']) {
      const files = readdirSync(join(photographs, split, name))
        .sort()
        .slice(0, 6);
      for (const file of files)
        cpSync(join(photographs, split, name, file), join(pictures, split, name, file));
    }
  }
});

const run = (...args: string[]) => runZoo(['strategy', 'run', ...args]);

/** A package of one module, with Model Zoo where npm would have put it. */
function strategyPackage(fit: string, manifest: object = {}): string {
  const folder = join(emptyFolder(), 'node_modules', 'guess');
  mkdirSync(folder, { recursive: true });
  const packageJson = {
    name: 'guess',
    version: '1.0.0',
    type: 'module',
    exports: './index.js',
    peerDependencies: { modelzoo: '*' },
    modelzoo: { contract: '1.0' },
    ...manifest,
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(packageJson));
  const source = `
    import { z } from 'modelzoo/plugin';
    export default {
      name: 'guess', version: '1.0.0', summary: 'Guesses.', parameters: z.object({}),
      needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
      check: () => [],
      load: async () => ({ fit: async (context) => { ${fit} } }),
    };`;
  writeFileSync(join(folder, 'index.js'), source);
  symlinkSync(installation, join(dirname(folder), 'modelzoo'));
  return folder;
}

describe('zoo strategy run', () => {
  it('fits and evaluates an installed strategy without a server, and says what a job would publish', async () => {
    const ended = await run('feature-extraction-svm', '--base', base, '--data', pictures, '--set', 'C=1');
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^feature-extraction-svm 1\.0\.0, package modelzoo /);
    expect(ended.stdout).toMatch(
      /Accuracy \d+\.\d % \(95 % interval \d+\.\d–\d+\.\d %\)\non 12 test pictures/,
    );
    expect(ended.stdout).toMatch(/^hat +6 /m);
    expect(ended.stdout).toMatch(
      /A job would publish \d+ files, .*: 2 new \(.*\), \d+ are the base’s \(.*\)/,
    );
    expect(ended.stdout).toMatch(/^weights\/classifier\.bin +\d/m);
    expect(ended.stderr).toMatch(/extracting features of train pictures \(12\)/);
    // Every line once: what is said on the way is no part of the result.
    expect(ended.stderr).not.toContain('Accuracy');
  });

  it('keeps the version’s files, shared ones too, so that the folder is a model by itself', async () => {
    const out = join(emptyFolder(), 'version');
    const ended = await run('prototypes-of-nobody', '--base', base, '--data', pictures, '--out', out);
    expect(ended.code).not.toBe(0);
    expect(existsSync(out)).toBe(false);

    const args = ['--base', base, '--data', pictures, '--out', out, '--json'];
    const kept = await run('partial-fine-tuning', ...args, '--set', 'epochs=1');
    expect(kept).toMatchObject({ code: 0 });
    const result = JSON.parse(kept.stdout.trim().split('\n').at(-1) ?? '') as {
      evaluation: { baseline: { verdict: string } };
      files: { path: string }[];
    };
    expect(result.evaluation.baseline.verdict).toMatch(/BETTER|INDISTINGUISHABLE|WORSE/);
    const { manifest } = await loadTfjsLayers(filesOfFolder(out));
    expect(manifest.labels).toEqual(['hat', 'shoes']);
    for (const { path } of result.files) expect(existsSync(join(out, path))).toBe(true);

    const again = await run('partial-fine-tuning', ...args);
    expect(again.code).toBe(4);
    expect(again.stderr).toMatch(/FOLDER_INVALID.*not empty/);
  });

  it('shows the author where an error of the strategy came from', async () => {
    const folder = strategyPackage(`throw new TypeError('no such thing');`);
    const ended = await run(folder, '--base', base, '--data', pictures);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /JOB_FAILED: guess stopped with an error of its own: TypeError: no such thing\n +at .*index\.js:/,
    );
  });

  it('ends although the strategy left a timer', async () => {
    const folder = strategyPackage(`setInterval(() => {}, 1000); return {};`);
    const ended = await run(folder, '--base', base, '--data', pictures);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/STRATEGY_RESULT_INVALID/);
    expect(ended.stderr).toMatch(/left something running/);
  });

  it('stops the strategy on Ctrl-C', async () => {
    const folder = strategyPackage(
      `context.log('at work'); await new Promise((_, reject) => {
         const timer = setInterval(() => {}, 1000);
         context.signal.addEventListener('abort', () => { clearInterval(timer); reject(context.signal.reason); });
       });`,
    );
    const { child, ended } = startZoo(['strategy', 'run', folder, '--base', base, '--data', pictures]);
    child.stderr.on('data', (text: Buffer) => {
      if (text.toString().includes('at work')) child.kill('SIGINT');
    });
    expect(await ended).toMatchObject({ code: 130, stdout: '' });
  });

  it.each([
    ['a folder without a package', () => [pictures], 'PLUGIN_PACKAGE_INVALID', /has no package\.json/],
    ['a path that is not there', () => ['./nothing'], 'FOLDER_INVALID', /There is no \.\/nothing/],
    [
      'a file that is no tarball',
      () => [join(base, 'model.json')],
      'PLUGIN_PACKAGE_INVALID',
      /no gzipped tar/,
    ],
    [
      'a name that nobody has',
      () => ['nothing'],
      'STRATEGY_UNKNOWN',
      /installed are feature-extraction-svm@/,
    ],
    [
      'a package for a later contract',
      () => [strategyPackage('', { modelzoo: { contract: '9.0' } })],
      'PLUGIN_CONTRACT_UNSUPPORTED',
      /written for contract 9\.0/,
    ],
    [
      'a base without model.json',
      () => ['full-retraining', '--base', pictures],
      'FOLDER_INVALID',
      /holds no model\.json/,
    ],
    [
      'a base that is not there',
      () => ['full-retraining', '--base', './nothing'],
      'FOLDER_INVALID',
      /--base/,
    ],
    ['data that are not there', () => ['full-retraining', '--data', './nothing'], 'FOLDER_INVALID', /--data/],
    [
      'data without classes',
      () => ['full-retraining', '--data', base],
      'DATASET_CLASSES_MISSING',
      /one class/,
    ],
    [
      'a parameter that is not accepted',
      () => ['full-retraining', '--set', 'epochs=0'],
      'STRATEGY_PARAMETERS_INVALID',
      /epochs is 0/,
    ],
    [
      'parameters that do not suit the model',
      () => ['full-retraining', '--set', 'layer=block_9'],
      'STRATEGY_NOT_APPLICABLE',
      /block_9/,
    ],
    ['a setting without a value', () => ['full-retraining', '--set', 'epochs'], 'USAGE', /parameter=value/],
  ])('refuses %s', async (_what, given, code, message) => {
    const [source = '', ...flags] = given();
    const ended = await run(source, '--base', base, '--data', pictures, ...flags);
    expect(ended.code).toBe(code === 'USAGE' ? 2 : 4);
    expect(ended.stderr).toMatch(new RegExp(`^${code}: `, 'm'));
    expect(ended.stderr).toMatch(message);
    expect(ended.stdout).toBe('');
  });
});

describe('zoo strategy run on what a zoo has', () => {
  let server: TestServer;
  let worker: RunningWorker;
  beforeAll(async () => {
    server = await startTestServer();
    worker = await runWorker(server.zoo);
  });
  afterAll(async () => {
    await worker.stop();
    await server.close();
  });

  it('pulls model and pictures, and gives what their folders give', async () => {
    const zoo = (...args: string[]) =>
      runZoo(args, { environment: { ZOO_URL: server.url, ZOO_TOKEN: server.adminToken } });
    expect(await zoo('push', base, 'admin/tiny')).toMatchObject({ code: 0 });
    expect(await zoo('dataset', 'push', pictures, 'admin/clothes')).toMatchObject({ code: 0 });

    const args = ['strategy', 'run', 'feature-extraction-svm', '--set', 'C=1', '--json'];
    const pulled = await zoo(...args, '--base', 'admin/tiny@1', '--data', 'admin/clothes');
    const local = await zoo(...args, '--base', base, '--data', pictures);
    expect(pulled).toMatchObject({ code: 0 });
    const filesOf = ({ stdout }: { stdout: string }) =>
      (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { files: unknown[] }).files;
    expect(filesOf(pulled)).toEqual(filesOf(local));

    const missing = await zoo(...args, '--base', 'admin/nothing', '--data', pictures);
    expect(missing.code).toBe(3);
    const noPictures = await zoo(...args, '--base', 'admin/tiny', '--data', 'admin/nothing');
    expect(noPictures.code).toBe(3);
    expect(noPictures.stderr).toMatch(/no data set admin\/nothing/);
  });
});
