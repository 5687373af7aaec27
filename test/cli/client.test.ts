import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { containedPath } from '../../src/cli/client/contained-path.js';
import { hashBytes } from '../../src/learning/sha256.js';
import { tarFolderSource } from '../../src/cli/client/tar-folder.js';
import { parseParameters } from '../../src/cli/commands/fine-tune.js';
import { formatEvaluation } from '../../src/cli/output/evaluation-report.js';
import { formatBytes, formatCount, formatDuration, formatPercent } from '../../src/cli/output/format.js';
import { createProgress } from '../../src/cli/output/progress.js';
import { formatTable } from '../../src/cli/output/table.js';
import { WatchDisplay } from '../../src/cli/output/watch-display.js';
import { parseName, parseReference } from '../../src/cli/reference.js';
import { emptyFolder } from './run-zoo.js';

describe('where a pulled file goes', () => {
  it.each([
    '../x',
    '/tmp/x',
    'a/../../x',
    'C:\\x',
    'c:x',
    'a\\..\\x',
    './x',
    'a//b',
    '',
    '..',
    'a/',
    'a\u0000b',
    'a/./b',
  ])('refuses %j', (path) => {
    expect(() => containedPath('/home/ada/model', path)).toThrow(
      expect.objectContaining({ code: 'PATH_REFUSED' }),
    );
  });

  it('keeps folders below the target', () => {
    expect(containedPath('/home/ada/model', 'weights/conv 1.bin')).toBe('/home/ada/model/weights/conv 1.bin');
    expect(containedPath('model', 'model.json')).toBe('model/model.json');
  });
});

describe('a folder as an archive', () => {
  const pictures = () => {
    const folder = emptyFolder();
    for (const name of ['b', 'a']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'b', '1.jpg'), 'one');
    writeFileSync(join(folder, 'a', 'ü.jpg'), Buffer.alloc(3000, 7));
    writeFileSync(join(folder, '.DS_Store'), 'hidden');
    symlinkSync('/etc/hostname', join(folder, 'a', 'link.jpg'));
    return folder;
  };

  it('has the same digest for the same files, whenever and in whatever order they were written', async () => {
    const [first, second] = [pictures(), pictures()];
    utimesSync(join(second, 'b', '1.jpg'), 1, 1);
    expect((await tarFolderSource(first)).sha256).toBe((await tarFolderSource(second)).sha256);
  });

  it('is a tar of the files, without hidden ones and links, and can be read from anywhere on', async () => {
    const source = await tarFolderSource(pictures());
    const whole = await buffer(source.open(0));
    expect(hashBytes(whole)).toBe(source.sha256);
    expect(whole.length).toBe(source.sizeBytes);
    for (const start of [1, 512, 1_000, whole.length - 1]) {
      expect(await buffer(source.open(start))).toEqual(whole.subarray(start));
    }
    const names: string[] = [];
    const archive = extract();
    archive.end(whole);
    for await (const entry of archive) {
      names.push(entry.header.name);
      entry.resume();
    }
    expect(names).toEqual(['a/ü.jpg', 'b/1.jpg']);
  });

  it('refuses a folder without files', async () => {
    await expect(tarFolderSource(emptyFolder())).rejects.toMatchObject({ code: 'FOLDER_INVALID' });
  });
});

describe('what people type', () => {
  it('reads references', () => {
    expect(parseReference('ada/flowers')).toEqual({ owner: 'ada', name: 'flowers', revision: 'latest' });
    expect(parseReference('ada/flowers@12')).toEqual({ owner: 'ada', name: 'flowers', revision: '12' });
    expect(() => parseName('ada/flowers@12')).toThrow(/names a revision/);
    for (const text of ['flowers', 'a/b/c', '/b', 'a/', 'a/b@', '../b']) {
      expect(() => parseReference(text), text).toThrow(expect.objectContaining({ code: 'USAGE' }));
    }
  });

  it('reads parameters as JSON where they are, else as text', () => {
    expect(parseParameters(['C=0.1', 'layer=out_relu', 'folds=3', 'quoted="7"', 'text=a=b'])).toEqual({
      C: 0.1,
      layer: 'out_relu',
      folds: 3,
      quoted: '7',
      text: 'a=b',
    });
    expect(() => parseParameters(['C'])).toThrow(/parameter=value; got "C"/);
  });
});

describe('what people read', () => {
  it('writes numbers with their units', () => {
    expect([0, 1023, 1024, 3_565_158, 5 * 2 ** 30].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KB',
      '3.4 MB',
      '5.0 GB',
    ]);
    expect([0, 999, 2_257_984, 21_802_784].map(formatCount)).toEqual(['0', '999', '2.3 M', '22 M']);
    expect([850, 12_345, 245_000].map(formatDuration)).toEqual(['850 ms', '12.3 s', '4 min 05 s']);
    expect([0.8166, null].map(formatPercent)).toEqual(['81.7 %', '–']);
  });

  it('fits tables into the width by cutting the column that may shrink', () => {
    const table = formatTable(
      [
        { heading: 'NAME', shrink: true },
        { heading: 'N', align: 'right' },
      ],
      [
        ['a-name-that-is-much-too-long-for-this', '1'],
        ['short', '12'],
      ],
      24,
    );
    expect(table.split('\n')[1]).toMatch(/^a-name-that-is-muc[^ ]*… +1$/);
    expect(table.split('\n')[2]).toMatch(/^short +12$/);
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(24);
  });

  it('shows an evaluation with its interval, classes and confusions', () => {
    const text = formatEvaluation({
      split: 'test',
      imageCount: 4,
      excludedNearDuplicates: 1,
      accuracy: 0.75,
      accuracyInterval: [0.25, 1],
      top5Accuracy: null,
      balancedAccuracy: 0.75,
      macroF1: 0.73,
      classes: ['cat', 'dog'],
      perClass: [
        { class: 'cat', imageCount: 2, precision: 1, recall: 0.5, f1: 0.667 },
        { class: 'dog', imageCount: 2, precision: 0.667, recall: 1, f1: 0.8 },
      ],
      confusion: [
        [1, 1],
        [0, 2],
      ],
      calibrationError: null,
      baseline: {
        name: 'linear-probe',
        layer: 'conv',
        accuracy: 0.5,
        difference: 0.25,
        differenceInterval: [0, 0.75],
        pValue: 0.5,
        verdict: 'INDISTINGUISHABLE',
      },
      latency: { medianMs: 12.34, p90Ms: 15.6 },
    });
    expect(text).toContain('Accuracy 75.0 % (95 % interval 25.0–100.0 %)');
    expect(text).toContain(
      'on 4 test pictures that it never saw (1 near-duplicates of training pictures left out)',
    );
    expect(text).toContain(
      'Not distinguishable from a linear classifier on the frozen base (features of conv)',
    );
    expect(text).toContain('One picture takes 12.3 ms (nine in ten within 15.6 ms).');
    expect(text).toMatch(/^cat +2 +100\.0 % +50\.0 % +66\.7 %$/m);
    expect(text).toMatch(/^cat +1 +1$/m);
    expect(text).toMatch(/^dog +· +2$/m);
  });
});

/** Carriage return and the terminal's "erase the line". */
const clearLine = '\r\u001b[2K';

describe('progress', () => {
  const display = (isTTY: boolean) => {
    let now = 0;
    const written: string[] = [];
    const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) };
    const progress = createProgress({ label: 'Sending', unit: 'bytes', stream, now: () => now });
    return { written, progress, at: (time: number) => (now = time) };
  };

  it('is a bar that redraws itself in a terminal, and leaves no trace', () => {
    const { written, progress, at } = display(true);
    progress.update(512, 1024);
    at(10);
    progress.update(600, 1024);
    at(100);
    progress.update(1024, 1024);
    progress.end('Sent.');
    expect(written).toHaveLength(4);
    expect(written[0]?.replace(clearLine, '')).toMatch(/^Sending {2}█+░+ {2}512 B of 1\.0 KB$/);
    expect(written[1]).toMatch(/█ {2}1\.0 KB of 1\.0 KB$/);
    expect(written.slice(2)).toEqual([clearLine, 'Sent.\n']);
  });

  it('is a plain line every few seconds elsewhere', () => {
    const { written, progress, at } = display(false);
    for (const time of [0, 1_000, 6_000, 7_000, 12_000]) {
      at(time);
      progress.update(time, 12_000);
    }
    progress.end();
    expect(written).toEqual(['Sending: 5.9 KB of 12 KB\n', 'Sending: 12 KB of 12 KB\n']);
  });
});

describe('the display of a followed job', () => {
  it('leaves a plain line for each phase, bytes as people read them', () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) };
    const display = new WatchDisplay({
      json: false,
      line: () => undefined,
      document: () => undefined,
      note: () => undefined,
      progress: (label, unit) => createProgress({ label, unit, stream }),
    });
    const common = { cursor: '', seq: 1, attempt: 1, createdAt: '', done: 0, secondsLeft: null } as const;
    const progress = { __typename: 'JobProgressEvent', ...common } as const;
    display.show({ ...progress, phase: 'fetching the archive', total: 3_654_656, unit: 'BYTES' });
    display.show({ ...progress, phase: 'checking pictures', total: 400, unit: 'ITEMS' });
    display.show({ ...common, __typename: 'JobStateEvent', state: 'COMPLETED', error: null });
    expect(written).toEqual(['  fetching the archive (3.5 MB)\n', '  checking pictures (400)\n']);
  });

  it('says how a training goes: loss, accuracy, learning rate, speed, time left', () => {
    const written: string[] = [];
    let now = 0;
    const stream = { write: (text: string) => written.push(text) };
    const display = new WatchDisplay({
      json: false,
      line: () => undefined,
      document: () => undefined,
      note: (text) => written.push(`${text}\n`),
      progress: (label, unit) => createProgress({ label, unit, stream, now: () => now }),
    });
    const common = { cursor: '', seq: 1, attempt: 1, createdAt: '' } as const;
    const training = {
      ...common,
      __typename: 'JobProgressEvent',
      phase: 'training',
      total: 30_680,
      unit: 'ITEMS',
      secondsLeft: 999,
    } as const;
    display.show({ ...training, done: 0 });
    const point = { ...common, __typename: 'JobMetricEvent', step: 10 } as const;
    for (const [name, value] of Object.entries({
      'train/loss': 0.41234,
      'train/accuracy': 0.875,
      'train/learningRate': 3e-4,
      'train/imagesPerSecond': 118.3,
      'train/gradientNorm': 1.5,
      'train/secondsLeft': 257,
      'cross-validation/pool/C': 3,
    })) {
      display.show({ ...point, name, value });
    }
    now += 6_000;
    display.show({ ...training, done: 320 });
    const error = { code: 'TRAINING_DIVERGED', message: 'The loss is NaN at step 12.' };
    display.show({ ...common, __typename: 'JobStateEvent', state: 'FAILED', error });
    expect(written).toEqual([
      '  training: 320 of 30680  loss 0.412  acc 87.5 %  rate 3.0e-4  118 images/s  4 min 17 s left\n',
      '  TRAINING_DIVERGED: The loss is NaN at step 12.\n',
    ]);
  });
});
