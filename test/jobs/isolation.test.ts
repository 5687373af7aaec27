import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChildEnd } from '../../src/jobs/child/run-child.js';
import { checkOutput } from '../../src/jobs/publish/check-output.js';
import { createFitStand, type FitStand } from './isolated-fit.js';

let stand: FitStand;
beforeAll(async () => {
  stand = await createFitStand();
});
afterAll(() => stand.remove());

const codeOf = (end: ChildEnd) => ('error' in end ? end.error.code : end.kind);

/** Processes whose command line has a word in it. */
async function processesWith(word: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir('/proc')) {
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const state = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (command.includes(word) && !/\) Z /.test(state)) found.push(name);
  }
  return found;
}

describe('a strategy of someone else', () => {
  test('fits on what it may see, and is evaluated on what it never had', async () => {
    const { end, folder, logs } = await stand.fit(`
      const seen = [];
      for (const folder of ['../dataset', '../base', '../output', '../checkpoints', '.'])
        for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
          if (entry.isFile()) seen.push(fs.readFileSync(entry.parentPath + '/' + entry.name, 'latin1'));
      const pictures = ${JSON.stringify(stand.testPictures)};
      const named = pictures.filter((name) => seen.some((text) => text.includes(name)));
      const asked = await context.features('test', { layer: 'any', pooling: 'average' }).catch((error) => error.name);
      context.log(JSON.stringify({ named, asked, read: seen.length, test: seen.join().includes('"test"') }));
      return classMeans(context);`);
    expect(JSON.parse(logs.find((line) => line.startsWith('{')) ?? '')).toEqual({
      named: [],
      asked: 'RangeError',
      read: expect.any(Number) as number,
      test: false,
    });
    const fit = await stand.record(end, folder);
    const evaluated = await stand.evaluate(fit, folder);
    expect(evaluated).toMatchObject({
      kind: 'completed',
      result: { evaluation: { split: 'test', imageCount: stand.testPictures.length } },
    });
    const { evaluation } = (evaluated as unknown as { result: { evaluation: { accuracy: number } } }).result;
    expect(evaluation.accuracy).toBeGreaterThan(0.6);
  });

  test.each([
    ['a file of the machine', `fs.readFileSync('/etc/passwd')`],
    ['the environment of its worker', 'fs.readFileSync(`/proc/${process.ppid}/environ`)'],
    ['the whole data set', `fs.readdirSync(${'`${process.cwd()}/../../../../dataset`'})`],
    ['another folder to write to', `fs.writeFileSync('/tmp/outside', '')`],
    ['the base model to write to', `fs.writeFileSync('../base/model.json', '')`],
    ['a process', `spawn('/bin/true')`],
    ['a link', `fs.symlinkSync('/etc/passwd', '../output/link')`],
  ])('that asks for %s gets an error with a code of its own', async (_what, source) => {
    const { end } = await stand.fit(source);
    expect(codeOf(end)).toBe('JOB_ACCESS_DENIED');
    expect(JSON.stringify(end)).not.toContain(stand.root);
  });

  test.each([
    ['ends its process', 'process.exit(0);', 'JOB_PROCESS_EXITED'],
    ['crashes', 'process.abort();', 'JOB_PROCESS_CRASHED'],
    ['throws', `throw new Error('no');`, 'JOB_FAILED'],
    ['does not catch a rejection', 'Promise.reject(new Error()); await new Promise(() => {});', 'JOB_FAILED'],
    [
      'fills the heap',
      'const all = []; for (;;) all.push(new Array(1e5).fill(all.length));',
      'JOB_OUT_OF_MEMORY',
    ],
    [
      'fills memory beside the heap',
      'const all = []; for (;;) { all.push(Buffer.alloc(16e6, 1)); await new Promise(setImmediate); }',
      'JOB_OUT_OF_MEMORY',
    ],
    [
      'fills the disk',
      'for (let at = 0; ; at++) { fs.writeFileSync(`${at}`, Buffer.alloc(1e6)); await new Promise(setImmediate); }',
      'JOB_DISK_FULL',
    ],
    ['reports without end', `for (let at = 0; ; at++) context.log('line ' + at);`, 'JOB_REPORTS_TOO_MANY'],
    [
      'reports without end, and hides that',
      `const line = '{"type":"metric","name":"m","value":1,"step":1}\\n';
      for (;;) { try { fs.writeSync(3, line); } catch {} }`,
      'JOB_REPORTS_TOO_MANY',
    ],
    [
      'writes to stderr without end',
      `for (;;) await new Promise((sent) => process.stderr.write('x'.repeat(1e5), sent));`,
      'JOB_REPORTS_TOO_MANY',
    ],
    [
      'says what is no report',
      `fs.writeSync(3, '{"type":"publish"}\\n'); await new Promise(() => {});`,
      'JOB_FAILED',
    ],
    ['makes a message without end', `for (;;) fs.writeSync(3, 'x'.repeat(1e5));`, 'JOB_FAILED'],
    [
      'keeps a giant checkpoint',
      'await context.checkpoints.save(new Uint8Array(2 ** 21), 1);',
      'JOB_CHECKPOINT_TOO_LARGE',
    ],
    [
      'returns NaN',
      'const all = await classMeans(context); all.weights[3] = NaN; return all;',
      'STRATEGY_WEIGHTS_NOT_FINITE',
    ],
    [
      'returns another class',
      'return { ...(await classMeans(context)), bias: new Float32Array(9) };',
      'STRATEGY_SHAPE_MISMATCH',
    ],
    [
      'returns weights of another shape',
      'return { ...(await classMeans(context)), weights: new Float32Array(9) };',
      'STRATEGY_SHAPE_MISMATCH',
    ],
  ])('that %s ends its own job, with a code of its own', async (_what, source, code) => {
    const { end } = await stand.fit(source, { limits: { memoryBytes: 400 * 1024 ** 2 } });
    expect(codeOf(end), JSON.stringify(end)).toBe(code);
  });
});

describe.runIf(process.platform === 'linux')('without the permission model', () => {
  /** A time to sleep that no other run of these tests on this machine names. */
  const seconds = (whole: number) => `${whole}.${process.pid}`;

  test('a process that left its group and its parents ends with the job', async () => {
    // The shell is the parent, and gone at once; the sleeper leads a session of its own.
    const { end } = await stand.fit(
      `await new Promise((resolve) => spawn('/bin/sh', ['-c', 'setsid sleep ${seconds(3141)} & exit'], { stdio: 'ignore' }).on('exit', resolve));
      return classMeans(context);`,
      { permissions: false },
    );
    expect(end.kind).toBe('completed');
    expect(await processesWith(seconds(3141))).toEqual([]);
  });

  test('a process that holds its pipes open does not hold the job up', async () => {
    const { end } = await stand.fit(
      `spawn('/bin/sleep', ['${seconds(2718)}'], { detached: true, stdio: [0, 1, 2, 3, 4] });
      process.exit(3);`,
      { permissions: false },
    );
    expect(codeOf(end)).toBe('JOB_PROCESS_EXITED');
    expect(await processesWith(seconds(2718))).toEqual([]);
  });

  test('the memory of what it started counts as its own', async () => {
    const { end } = await stand.fit(
      `spawn(process.execPath, ['-e', 'const all = Buffer.alloc(500e6, 1); setInterval(() => all, 1000)'], { stdio: 'ignore' });
      await new Promise(() => setInterval(() => {}, 1000));`,
      { permissions: false, limits: { memoryBytes: 512 * 1024 ** 2 } },
    );
    expect(codeOf(end)).toBe('JOB_OUT_OF_MEMORY');
    expect(JSON.stringify(end)).toMatch(/in 2 processes/);
  });
});

describe('what a fit left', () => {
  test('is no linear classifier on the base where layers of the base are others', async () => {
    const { end, folder } = await stand.fit(`
      const fitted = await classMeans(context);
      const [layer] = context.base.layers.filter(({ parameterCount }) => parameterCount > 0);
      const bias = new Float32Array(8).fill(0.5);
      return { ...fitted, kind: 'fine-tuned', changed: { [layer.name + '/bias']: bias } };`);
    const fit = await stand.record(end, folder);
    expect(fit.kind).toBe('fine-tuned');
    const evaluated = await stand.evaluate({ ...fit, kind: 'linear-on-features' }, folder);
    expect(codeOf(evaluated)).toBe('STRATEGY_BASE_CHANGED');
  });

  test.each(['../../escaped.json', '/etc/passwd', 'weights/../../x', ''])(
    'is refused where a file is named %j',
    async (path) => {
      const { end, folder } = await forged({ path });
      await expect(stand.record(end, folder)).rejects.toMatchObject({
        code: path === '' ? 'JOB_RESULT_INVALID' : 'JOB_OUTPUT_NAME_REFUSED',
      });
    },
  );

  test('is refused where it holds a link, a pipe, or more than any model', async () => {
    const { folder } = await forged({});
    const at = join(folder.output, 'made');
    await symlink('/etc/passwd', at);
    await expect(checkOutput(folder.output)).rejects.toMatchObject({ code: 'JOB_OUTPUT_NOT_PLAIN' });
    const made = spawn('sh', ['-c', `rm '${at}' && mkfifo '${at}'`]);
    await once(made, 'exit');
    await expect(checkOutput(folder.output)).rejects.toMatchObject({ code: 'JOB_OUTPUT_NOT_PLAIN' });
    const swept = spawn('rm', [at]);
    await once(swept, 'exit');
    await writeFile(at, '');
    await truncate(at, 32 * 1024 ** 3);
    expect((await stat(at)).blocks).toBe(0);
    await expect(checkOutput(folder.output)).rejects.toMatchObject({ code: 'JOB_OUTPUT_TOO_LARGE' });
  });

  /** A fit that says over the channel, in its own words, that it ended well. */
  async function forged(file: { path?: string }) {
    const entry = { path: 'model.json', sha256: '0'.repeat(64), sizeBytes: 1, isNew: true, ...file };
    const result = {
      strategy: { name: 'theirs', version: '1.0.0' },
      parameters: {},
      chosen: {},
      kind: 'fine-tuned',
      activation: 'softmax',
      cut: null,
      files: [entry],
    };
    const message = JSON.stringify({ type: 'completed', result });
    return stand.fit(`fs.writeSync(3, ${JSON.stringify(`${message}\n`)}); process.exit(0);`);
  }
});
