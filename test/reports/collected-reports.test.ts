import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readReports } from '../../src/learning/reports/read-reports.js';
import { reportLimits } from '../../src/learning/reports/version-report.js';
import { filesOfFolder } from '../../src/learning/tfjs-layers/model-files.js';
import { redrawReports } from '../../src/plugins/run/reports/redraw-reports.js';
import { ReportCollector } from '../../src/plugins/run/reports/report-collector.js';
import { colourfulPng, noisyPng, paintedPng } from './pictures.js';

let folder: string;
let logs: string[];
let reports: ReportCollector;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-reports-'));
  logs = [];
  reports = new ReportCollector((message) => logs.push(message));
});
afterEach(() => rm(folder, { recursive: true }));

/** The road of reports from a strategy to what a worker reads, and the log of it. */
async function kept() {
  await reports.write(folder);
  await redrawReports(folder, (message) => logs.push(message));
  return readReports(filesOfFolder(folder));
}

const table = { title: 'Layers', columns: ['Layer', 'Accuracy'], rows: [['conv1', 0.5]] };

describe('what a strategy reports', () => {
  test('comes out as it went in, by name; the same name again replaces', async () => {
    reports.table('b', { ...table, rows: [] });
    reports.picture('c', { title: 'Dots', png: await paintedPng(), alt: 'Red dots' });
    reports.table('a', table);
    reports.table('b', { ...table, rows: [['conv2', null]] });
    expect((await kept()).reports).toEqual([
      { name: 'a', kind: 'table', ...table },
      { name: 'b', kind: 'table', ...table, rows: [['conv2', null]] },
      { name: 'c', kind: 'picture', title: 'Dots', alt: 'Red dots' },
    ]);
    expect(logs).toEqual([]);
  });

  test('is copied: what the strategy changes afterwards does not count', async () => {
    const rows: (string | number | null)[][] = [['conv1', 1]];
    const png = await paintedPng();
    reports.table('a', { ...table, rows });
    reports.picture('b', { title: 'Dots', png, alt: 'Red dots' });
    rows.push(['conv2', 2]);
    png.fill(0);
    const read = await kept();
    expect(read.reports).toMatchObject([{ rows: [['conv1', 1]] }, { name: 'b' }]);
    expect(logs).toEqual([]);
  });

  const wide = { title: 'x', columns: new Array<string>(50).fill('x') };
  const refused: [what: string, claimed: unknown, why: RegExp][] = [
    ['NaN', { ...table, rows: [['conv1', NaN]] }, /finite number, or null \(at rows\.0\.1\)/],
    ['infinity', { ...table, rows: [['conv1', Infinity]] }, /finite number/],
    ['undefined', { ...table, rows: [['conv1', undefined]] }, /finite number, or null/],
    ['an object', { ...table, rows: [['conv1', {}]] }, /finite number, or null/],
    ['a row too short', { ...table, rows: [['conv1', 1], ['conv2']] }, /row 1 has 1 cells for 2 columns/],
    [
      '10,001 cells',
      { ...wide, rows: new Array(201).fill(new Array(50).fill(0)) },
      /10050 cells of at most 10000/,
    ],
    ['rows of nothing without end', { ...table, rows: new Array(10_001).fill([]) }, /10001 cells/],
    ['no columns', { ...table, columns: [], rows: [] }, /at least one column/],
    ['51 columns', { ...wide, columns: [...wide.columns, 'y'], rows: [] }, /at most 50 columns/],
    ['a cell of 501 characters', { ...table, rows: [['x'.repeat(501), 1]] }, /500 characters/],
    [
      'cells that are long together',
      { ...wide, rows: new Array(20).fill(new Array(50).fill('x'.repeat(400))) },
      /bytes of at most 262144/,
    ],
    ['a line break', { ...table, rows: [['a\nb', 1]] }, /on one line/],
    ['a null character', { ...table, title: 'a\0b' }, /title must be .* on one line/],
    ['half a character', { ...table, rows: [['\ud800', 1]] }, /on one line/],
    ['no title', { ...table, title: '' }, /title must be 1 to 200/],
    ['a title too long', { ...table, title: 'x'.repeat(201) }, /title must be 1 to 200/],
    ['nothing', undefined, /title/],
  ];
  test.each(refused)(
    'is left out where a table has %s, and the log says why',
    async (_what, claimed, why) => {
      reports.table('odd', claimed as never);
      reports.table('good', table);
      expect((await kept()).reports).toMatchObject([{ name: 'good' }]);
      expect(logs).toEqual([expect.stringMatching(/^The report "odd" is left out: /)]);
      expect(logs[0]).toMatch(why);
    },
  );

  test.each(['', 'A', 'a/b', '../a', 'a.json', 'x'.repeat(65), 7, undefined])(
    'is left out under the name %o',
    async (name) => {
      reports.table(name as string, table);
      reports.picture(name as string, { title: 'Dots', png: await paintedPng(), alt: 'Red dots' });
      expect(await kept()).toEqual({ reports: [], files: [] });
      expect(logs).toHaveLength(2);
      expect(logs[0]).toContain('name must be');
    },
  );

  test('is left out from the 21st on; those that are there can still be replaced', async () => {
    for (let each = 0; each <= reportLimits.count; each++) reports.table(`table-${each}`, table);
    reports.table('table-0', { ...table, title: 'Again' });
    const read = await kept();
    expect(read.reports).toHaveLength(20);
    expect(read.reports[0]).toMatchObject({ name: 'table-0', title: 'Again' });
    expect(logs).toEqual(['The report "table-20" is left out: a version has at most 20 reports.']);
  });
});

describe('a picture', () => {
  test('is drawn anew: pixels stay, words and profiles go', async () => {
    const png = await sharp(await paintedPng())
      .withExif({ IFD0: { Copyright: 'secret words' } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    expect(png.includes('eXIf')).toBe(true);
    reports.picture('dots', { title: 'Dots', png, alt: 'Red dots' });
    const { files } = await kept();
    const drawn = Buffer.from(files.find(({ path }) => path === 'reports/dots.png')?.bytes ?? []);
    expect(drawn.includes('secret') || drawn.includes('iCCP') || drawn.includes('eXIf')).toBe(false);
    const { data, info } = await sharp(drawn).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 12, height: 8, channels: 3 });
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  const whole = { title: 'Dots', alt: 'Red dots' };
  const refused: [what: string, png: () => unknown, why: RegExp][] = [
    ['is no Uint8Array', () => 'png', /no Uint8Array/],
    [
      'is a JPEG',
      () =>
        sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
          .jpeg()
          .toBuffer(),
      /no PNG file/,
    ],
    ['is empty', () => new Uint8Array(), /no PNG file/],
    ['is a header alone', async () => (await paintedPng()).subarray(0, 33), /cannot be decoded/],
    ['is cut off', async () => (await noisyPng(64, 64)).subarray(0, 2000), /cannot be decoded/],
    ['is 4097 pixels wide', () => paintedPng(4097, 1), /4097 × 1 pixels/],
    ['is larger than 2 MiB', () => noisyPng(900, 900), /bytes of at most 2097152/],
  ];
  test.each(refused)('that %s is left out, and the log says why', async (_what, png, why) => {
    reports.picture('odd', { ...whole, png: (await png()) as Uint8Array });
    reports.table('good', table);
    expect((await kept()).reports).toMatchObject([{ name: 'good' }]);
    expect(logs).toEqual([expect.stringMatching(/^The report "odd" is left out: /)]);
    expect(logs[0]).toMatch(why);
  });

  test('that grows beyond the limit when drawn anew is left out', async () => {
    const png = await colourfulPng(1100);
    expect(png.length).toBeLessThan(reportLimits.pictureBytes);
    reports.picture('odd', { ...whole, png });
    expect((await kept()).reports).toEqual([]);
    expect(logs[0]).toMatch(/drawn anew, it has \d+ bytes/);
  });

  test('without words for those who do not see it is left out', async () => {
    reports.picture('odd', { title: 'Dots', png: await paintedPng(), alt: '' });
    expect((await kept()).reports).toEqual([]);
    expect(logs[0]).toContain('alt must be 1 to 1000 characters');
  });
});

describe('what is written there beside the context', () => {
  beforeEach(async () => {
    reports.table('good', table);
    reports.picture('dots', { title: 'Dots', png: await paintedPng(), alt: 'Red dots' });
    await reports.write(folder);
    await redrawReports(folder, () => undefined);
  });
  const at = (name: string): string => join(folder, 'reports', name);

  const garbage: [what: string, write: () => Promise<unknown>, why: string][] = [
    ['text that is no JSON', () => writeFile(at('good.json'), '{'), 'no JSON'],
    ['JSON that is no report', () => writeFile(at('good.json'), '[1]'), 'neither a table nor a picture'],
    [
      'another kind of report',
      () => writeFile(at('good.json'), '{"kind":"page","name":"good","title":"x"}'),
      '',
    ],
    [
      'a report under another name',
      () => writeFile(at('other.json'), JSON.stringify({ name: 'good', kind: 'table', ...table })),
      'another name',
    ],
    [
      'a name that climbs',
      () => writeFile(at('..x.json'), JSON.stringify({ name: '../x', kind: 'table', ...table })),
      'name must be',
    ],
    ['a folder below', () => mkdir(at('deep')).then(() => writeFile(at('deep/x.json'), '{}')), ''],
    ['a file of another kind', () => writeFile(at('page.html'), '<script>'), 'belong to no report'],
    [
      'a picture without words',
      async () => writeFile(at('lost.png'), await paintedPng()),
      'belong to no report',
    ],
    ['words without a picture', () => rm(at('dots.png')), 'a picture is missing'],
    [
      'a link in place of a picture',
      () => rm(at('dots.png')).then(() => symlink('/etc/hostname', at('dots.png'))),
      'a picture is missing',
    ],
    ['a table of a megabyte', () => appendFile(at('good.json'), ' '.repeat(2 ** 20)), 'bytes'],
    ['words behind the pixels', () => appendFile(at('dots.png'), 'words'), 'more than pixels'],
    [
      'a chunk of words',
      async () => writeFile(at('dots.png'), withText(await readFile(at('dots.png')))),
      'more than pixels',
    ],
    ['a picture of 3 MiB', () => appendFile(at('dots.png'), Buffer.alloc(3 * 2 ** 20)), 'a picture has'],
  ];
  test.each(garbage)('is refused whole: %s', async (_what, write, why) => {
    await write();
    const refusal = await readReports(filesOfFolder(folder)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'JOB_RESULT_INVALID' });
    expect((refusal as Error).message).toContain(why);
    expect((refusal as Error).message).not.toContain(folder);
  });

  test('more reports than there may be', async () => {
    for (let each = 0; each < 20; each++) {
      await writeFile(at(`x-${each}.json`), JSON.stringify({ name: `x-${each}`, kind: 'table', ...table }));
    }
    await expect(readReports(filesOfFolder(folder))).rejects.toThrow('22 reports of at most 20');
  });

  test('a link in place of the folder is not followed', async () => {
    await rm(join(folder, 'reports'), { recursive: true });
    await symlink(tmpdir(), join(folder, 'reports'));
    expect(await redrawReports(folder, () => undefined)).toEqual([]);
  });
});

/** A PNG file with a chunk of text before its end. */
function withText(png: Buffer): Buffer {
  const text = Buffer.from('tEXtword');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4);
  const end = png.length - 12;
  return Buffer.concat([png.subarray(0, end), length, text, Buffer.alloc(4), png.subarray(end)]);
}
