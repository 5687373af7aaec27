import { describe, expect, it } from 'vitest';
import type { DrawnProbe } from '../../../src/advisor/recommend/draw-probes.js';
import { makeCut, makeMeasurements, makeModel } from './support.js';

/** As bench/advisor/knowledge has it. */
interface StudyLine {
  key: string;
  title: string;
  dataset: string;
  domain: string;
  seed: number;
  measurements: unknown;
}

const { studiedProbes, fitNetworkSpread, drawnProbes } = (await import(
  new URL('../../../bench/advisor/knowledge/networks.mjs', import.meta.url).href
)) as {
  studiedProbes(
    lines: StudyLine[],
  ): { versionId: string; dataset: string; accuracy: number; pictures: number }[];
  fitNetworkSpread(lines: StudyLine[]): number;
  drawnProbes(lines: StudyLine[]): Map<string, DrawnProbe | undefined>;
};

/** Of one network alone on so many pictures of a data set, all of them seen. */
function lineOf(title: string, domain: string, seed: number, accuracy: number, perClass = 100): StudyLine {
  const pictures = 10 * perClass;
  const standardError = Math.sqrt((accuracy * (1 - accuracy)) / pictures);
  const model = makeModel({
    versionId: title,
    pictures,
    cuts: [makeCut({ accuracy, pictures, standardError })],
  });
  const dataset = `${domain}-${perClass}`;
  return {
    key: [dataset, title, seed].join(' · '),
    title,
    dataset,
    domain,
    seed,
    measurements: makeMeasurements([model], { classes: 10, perClass }),
  };
}

const domains = ['photographs', 'clip art', 'emoji', 'digits'];
const study = domains.flatMap((domain, at) => [
  lineOf('good', domain, 1, 0.72 + at / 20),
  lineOf('good', domain, 2, 0.7 + at / 20),
  lineOf('bad', domain, 1, 0.62 + at / 20),
  lineOf('bad', domain, 2, 0.6 + at / 20),
]);

describe('what the study knows of networks', () => {
  it('is the mean probe of each on each data set, over seeds', () => {
    const probes = studiedProbes([...study, { ...lineOf('good', 'digits', 1, 0.1), title: 'together' }]);
    expect(probes).toHaveLength(8);
    expect(probes[0]).toMatchObject({ versionId: 'good', dataset: 'photographs-100', pictures: 1000 });
    expect(probes[0]?.accuracy).toBeCloseTo(0.71);
  });

  it('draws a lucky probe on few pictures to it, and leaves one on many', () => {
    const few = [lineOf('good', 'drawings', 1, 0.5, 5), lineOf('bad', 'drawings', 1, 0.6, 5)];
    const many = [lineOf('good', 'sketches', 1, 0.5, 5000), lineOf('bad', 'sketches', 1, 0.6, 5000)];
    const drawn = drawnProbes([...study, ...few, ...many]);
    const shift = (line?: StudyLine) => drawn.get(line?.key ?? '')?.shift ?? NaN;
    expect(shift(few[0])).toBeGreaterThan(0.1);
    expect(shift(few[1])).toBeLessThan(-0.1);
    for (const line of many) expect(Math.abs(shift(line))).toBeLessThan(0.02);
  });

  it('differs from one data set to another by what is seen, if it is more than the least', () => {
    expect(fitNetworkSpread(study)).toBe(0.35);
    const contrary = domains.flatMap((domain, at) => {
      const [first, second] = at % 2 === 0 ? [0.9, 0.4] : [0.4, 0.9];
      return [lineOf('good', domain, 1, first), lineOf('bad', domain, 1, second)];
    });
    expect(fitNetworkSpread(contrary)).toBeGreaterThan(1);
  });
});
