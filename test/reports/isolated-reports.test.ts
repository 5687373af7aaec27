import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFitStand, type FitStand } from '../jobs/isolated-fit.js';
import { noisyPng, paintedPng } from './pictures.js';

let stand: FitStand;
beforeAll(async () => {
  stand = await createFitStand();
});
afterAll(() => stand.remove());

const inSource = (png: Buffer): string => `Buffer.from(${JSON.stringify(png.toString('base64'))}, 'base64')`;

describe('a strategy of someone else', () => {
  test('reports from its process; ours draws its pictures anew', async () => {
    const png = await sharp(await paintedPng())
      .withExif({ IFD0: { Copyright: 'secret words' } })
      .png()
      .toBuffer();
    const cutOff = (await noisyPng(64, 64)).subarray(0, 2000);
    const { end, folder, logs } = await stand.fit(`
      context.report.table('seen', {
        title: 'Pictures', columns: ['Class', 'Pictures'],
        rows: context.classes.map((name, label) => [name, context.trainPerClass[label]]),
      });
      context.report.table('odd', { title: 'Odd', columns: ['x'], rows: [[NaN]] });
      context.report.picture('dots', { title: 'Dots', png: ${inSource(png)}, alt: 'Red dots' });
      context.report.picture('torn', { title: 'Torn', png: ${inSource(cutOff)}, alt: 'Half a picture' });
      return classMeans(context);`);
    expect(logs.filter((line) => line.includes('left out'))).toEqual([
      expect.stringMatching(/^The report "odd" is left out: .* finite number/),
    ]);
    expect(await stand.evaluate(await stand.record(end, folder), folder)).toMatchObject({
      kind: 'completed',
      result: {
        reports: [
          { name: 'dots', kind: 'picture', title: 'Dots' },
          { name: 'seen', kind: 'table', title: 'Pictures' },
        ],
      },
    });
    const reports = join(folder.output, 'reports');
    expect((await readdir(reports)).sort()).toEqual(['dots.json', 'dots.png', 'seen.json']);
    expect((await readFile(join(reports, 'dots.png'))).includes('secret')).toBe(false);
  });

  test.each([
    ['no JSON', `fs.writeFileSync('../output/reports/seen.json', '{')`],
    ['a page', `fs.writeFileSync('../output/reports/page.html', '<script>')`],
    ['a picture without words', `fs.writeFileSync('../output/reports/x.png', PNG)`],
  ])('that writes %s beside its context ends its own job', async (_what, write) => {
    const { end, folder } = await stand.fit(`
      fs.mkdirSync('../output/reports', { recursive: true });
      ${write.replace('PNG', inSource(await paintedPng()))};
      return classMeans(context);`);
    expect(await stand.evaluate(await stand.record(end, folder), folder)).toMatchObject({
      kind: 'failed',
      error: { code: 'JOB_RESULT_INVALID' },
    });
  });
});
