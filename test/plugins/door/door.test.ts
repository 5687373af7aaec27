import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelzoo-door-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(resolve('.'), join(folder, 'node_modules/modelzoo'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'elsewhere', type: 'module' }));
});

afterAll(() => rm(folder, { recursive: true }));

async function runOutside(script: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  return JSON.parse(stdout);
}

/** Whatever importing a module loads in a fresh process: the loader is asked for ES modules, CommonJS ones are in its cache. */
async function modulesOf(specifier: string): Promise<{ urls: string[]; native: string[] }> {
  const hooks = `
    import { writeSync } from 'node:fs';
    export const load = (url, context, next) => (writeSync(2, url + '\\n'), next(url, context));`;
  const script = `
    import { createRequire, register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    await import('${specifier}');
    process.stdout.write(JSON.stringify({
      common: Object.keys(createRequire(import.meta.url).cache),
      native: process.report.getReport().sharedObjects,
    }));`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  const { common, native } = JSON.parse(stdout) as { common: string[]; native: string[] };
  return { urls: [...stderr.split('\n').filter((line) => line.startsWith('file:')), ...common], native };
}

const packagesAmong = (urls: string[]): Set<string> =>
  new Set(urls.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []));
const nativeEngines = (paths: string[]): string[] =>
  paths.filter((path) => /onnx|sharp|vips|tensorflow/i.test(path));

describe('importing a door', () => {
  it.each([
    { door: 'modelzoo/plugin', packages: ['zod'] },
    { door: 'modelzoo/learning', packages: [] },
  ])('$door loads a few modules and of packages $packages', async ({ door, packages }) => {
    const { urls, native } = await modulesOf(door);
    expect([...packagesAmong(urls)]).toEqual(packages);
    expect(nativeEngines(native)).toEqual([]);
    const own = urls.filter((url) => url.includes('/dist/'));
    expect(own.length).toBeGreaterThan(3);
    expect(own.length).toBeLessThan(80);
    expect(own.filter((url) => /\/dist\/(schema|http|zoo|jobs|cli|config)/.test(url))).toEqual([]);
  });

  it('is told from importing what trains', async () => {
    const { urls, native } = await modulesOf(pathToFileURL(resolve('dist/plugins/run/run-strategy.js')).href);
    expect([...packagesAmong(urls)]).toEqual(expect.arrayContaining(['onnxruntime-node', 'sharp']));
    expect(nativeEngines(native)).not.toEqual([]);
  });
});

describe('from a package elsewhere', () => {
  it('doors can be imported, and nothing behind them', async () => {
    const found = await runOutside(`
      const { contractVersion, defineStrategy, z } = await import('modelzoo/plugin');
      const { fitLinearClassifier } = await import('modelzoo/learning');
      const inside = await import('modelzoo/dist/plugins/loader.js').catch((error) => error.code);
      const strategy = defineStrategy({ parameters: z.object({}) });
      process.stdout.write(JSON.stringify({
        contractVersion, inside, kinds: [typeof strategy, typeof fitLinearClassifier],
      }));`);
    expect(found).toEqual({
      contractVersion: '1.1',
      inside: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
      kinds: ['object', 'function'],
    });
  });

  it('a classifier can be solved with what built-ins solve theirs with', async () => {
    const solved = await runOutside(`
      import { fitLinearClassifier, scoreLinear } from 'modelzoo/learning';
      const data = Float32Array.from([0, 1, 0.1, 0.9, 1, 0, 0.9, 0.2]);
      const head = await fitLinearClassifier(
        { features: data, labels: Int32Array.from([0, 0, 1, 1]), featureDim: 2, numClasses: 2 },
        { classifier: 'svm', C: 1, folds: 2, maxIterations: 50, seed: 1, threads: 1 },
      );
      const scores = scoreLinear(head, { rows: 4, featureDim: 2, data });
      process.stdout.write(JSON.stringify([0, 1, 2, 3].map((row) => Number(scores[2 * row + 1] > scores[2 * row]))));`);
    expect(solved).toEqual([0, 0, 1, 1]);
  });

  it('a strategy in TypeScript compiles, with the types of its parameters, and slips are errors', async () => {
    await writeFile(
      join(folder, 'index.ts'),
      `import { candidateLayers, scoreLinear } from 'modelzoo/learning';
      import { checkTask, defineStrategy, z, type FitContext, type FittedModel } from 'modelzoo/plugin';

      const parameters = z.object({ alpha: z.number().min(0).default(0.1).describe('Strength.') });
      type Context = FitContext<z.output<typeof parameters>>;

      async function fit({ parameters, base, classes, features }: Context): Promise<FittedModel> {
        const alpha: number = parameters.alpha;
        // @ts-expect-error: no such parameter
        parameters.beta;
        // @ts-expect-error: the test split is the evaluation's alone
        features('test', { layer: 'a', pooling: 'average' });
        const [cut] = candidateLayers(base, 'average');
        const train = await features('train', { layer: cut?.layer ?? '', pooling: 'average' });
        const head = {
          weights: new Float32Array(train.featureDim * classes.length).fill(alpha),
          bias: new Float32Array(classes.length),
        };
        scoreLinear(head, train);
        return {
          kind: 'linear-on-features', ...head, activation: 'softmax', chosen: { alpha },
          cut: { layer: cut?.layer ?? '', pooling: 'average' },
        };
      }

      export default defineStrategy({
        name: 'constant', version: '1.0.0', summary: 'Says the same of every picture.', parameters,
        needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
        check: (base, data, { alpha }) => (alpha > 1 ? [] : checkTask('constant', base, data)),
        load: () => Promise.resolve({ fit }),
      });`,
    );
    const { stdout } = await run(
      process.execPath,
      [
        resolve('node_modules/typescript/bin/tsc'),
        ...['--module', 'nodenext', '--target', 'es2022', '--strict', '--noEmit', '--skipLibCheck'],
        ...['--typeRoots', resolve('node_modules/@types'), '--types', 'node', 'index.ts'],
      ],
      { cwd: folder },
    ).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });
});
