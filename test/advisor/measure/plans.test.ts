import { describe, expect, it } from 'vitest';
import { datasetSize } from '../../../src/advisor/measure/dataset-size.js';
import { largestCount } from '../../../src/advisor/measure/largest-count.js';
import { nestedPictures } from '../../../src/advisor/measure/nested-pictures.js';
import { pictureLimit } from '../../../src/advisor/measure/picture-limit.js';
import { probePath } from '../../../src/advisor/measure/probe-path.js';
import { ProbeSpeed } from '../../../src/advisor/measure/probe-speed.js';
import { profileCuts } from '../../../src/advisor/measure/profile-cuts.js';
import { rungSizes } from '../../../src/advisor/measure/rung-sizes.js';
import { byStaticBaseline } from '../../../src/advisor/measure/static-baseline.js';
import { candidateLayers } from '../../../src/learning/cuts/candidate-layers.js';
import type { DatasetIndex, IndexedImage, Split } from '../../../src/learning/dataset-manifest.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { realModel } from '../../learning/support/real-models.js';

describe('rungs', () => {
  it('double up to all pictures, from two of every class on', () => {
    expect(rungSizes(2000, 10)).toEqual([128, 256, 512, 1024, 2000]);
    expect(rungSizes(2000, 200)).toEqual([400, 800, 2000]);
    expect(rungSizes(60, 10)).toEqual([60]);
    expect(rungSizes(190, 10)).toEqual([190]);
    expect(rungSizes(0, 10)).toEqual([0]);
    expect(rungSizes(10_000_000, 2)).toHaveLength(17);
  });
});

describe('profile cuts', () => {
  it.each(['mobilenet_v2', 'inception_v3'] as const)(
    'of %s are at most ten ends of blocks, from input to output, with the candidate layers among them',
    async (name) => {
      const { manifest } = await loadTfjsLayers(realModel(name));
      const cuts = profileCuts(manifest);
      expect(cuts).toHaveLength(10);
      const candidates = candidateLayers(manifest, 'average').map(({ layer }) => layer);
      expect(cuts.filter(({ isCandidate }) => isCandidate).map(({ layer }) => layer)).toEqual(
        candidates.reverse(),
      );
      expect(cuts.at(-1)?.layer).toBe(candidates.at(-1));
      const order = cuts.map(({ layer }) => manifest.cutPoints.findIndex((cut) => cut.layer === layer));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(cuts.every(({ depth }) => depth >= 0 && depth <= 1)).toBe(true);
    },
  );
});

describe('the size of a data set', () => {
  const index = (labels: number[], classes: number): DatasetIndex => ({
    classes: Array.from({ length: classes }, (_, label) => `class ${label}`),
    shards: [],
    images: labels
      .map((label, at) => image(label, at, 'train'))
      .concat(image(0, 99, 'validation'), image(0, 98, 'test')),
  });

  it('counts training pictures, class by class', () => {
    expect(datasetSize(index([0, 0, 0, 0, 1, 2, 2], 4))).toEqual({
      classes: 4,
      train: 7,
      validation: 1,
      perClass: { smallest: 0, median: 1.5, largest: 4 },
      imbalance: 4,
      majorityShare: 4 / 7,
    });
  });

  it('is said of no pictures too', () => {
    expect(datasetSize(index([], 2))).toMatchObject({ train: 0, imbalance: 1, majorityShare: 0 });
  });
});

describe('the order of the pictures', () => {
  it('has every smaller data set as its beginning', () => {
    const labels = Int32Array.from({ length: 60 }, (_, row) => (row < 40 ? 0 : 1));
    const pictures = nestedPictures(
      {
        source: {
          count: 60,
          read: () => Promise.reject(new Error('not to be read')),
          sha256: (row) => `digest ${row}`,
        },
        labels,
        isNearDuplicate: new Uint8Array(60),
      },
      7,
    );
    const digests = (count: number) => {
      const { source } = pictures.first(count);
      return Array.from({ length: source.count }, (_, place) => source.sha256(place));
    };
    expect(digests(30)).toEqual(digests(60).slice(0, 30));
    expect(new Set(digests(100)).size).toBe(60);
    expect(pictures.first(30).labels.filter((label) => label === 0)).toHaveLength(20);
  });
});

describe('the limit of memory', () => {
  const input = { total: 100_000, numClasses: 10, probedDims: [1280, 576], allDims: 4000, cacheBytes: 1e10 };

  it('holds all pictures where there is enough, and fewer where there is less', () => {
    expect(pictureLimit({ ...input, freeBytes: 8e9 })).toEqual({ pictures: 100_000, hasProbes: true });
    const less = pictureLimit({ ...input, freeBytes: 6e8 });
    expect(less.hasProbes).toBe(true);
    expect(less.pictures).toBeGreaterThan(5_000);
    expect(less.pictures).toBeLessThan(50_000);
  });

  it('counts with the cache for the features that memory does not hold', () => {
    const { pictures } = pictureLimit({ ...input, freeBytes: 3e9, cacheBytes: 0 });
    expect(pictures).toBe(Math.floor(1e9 / 16_000));
  });

  it('gives up the probes of ten thousand classes before the pictures', () => {
    const many = { ...input, total: 40_000, numClasses: 10_000, freeBytes: 1e9 };
    expect(pictureLimit(many)).toEqual({ pictures: 40_000, hasProbes: false });
  });

  it('is found by halving', () => {
    for (const largest of [0, 1, 7, 99, 100]) {
      expect(largestCount(100, (count) => count <= largest)).toBe(largest);
    }
  });
});

describe('the path of a probe', () => {
  it('compares every value where none is known, and then from below the best of a similar problem on', () => {
    expect(probePath(undefined)).toEqual([0.3, 1, 3, 10, 30, 100, 300, 1000]);
    expect(probePath(30)).toEqual([10, 30, 100, 300, 1000]);
    expect(probePath(0.3)).toEqual([0.3, 1, 3, 10, 30, 100, 300, 1000]);
    expect(probePath(1000)).toEqual([300, 1000]);
  });

  it('takes as long as others took', () => {
    const speed = new ProbeSpeed();
    const size = { rows: 2000, featureDim: 1280, numClasses: 10, values: 3 };
    const before = speed.seconds(size);
    for (let time = 0; time < 20; time++) speed.learn(size, 50);
    expect(speed.seconds(size)).toBeCloseTo(50, 0);
    expect(speed.seconds({ ...size, rows: 4000 })).toBeGreaterThan(75);
    expect(before).toBeLessThan(50);
    // Of a tiny one nothing is learnt.
    const learnt = speed.seconds(size);
    speed.learn({ rows: 20, featureDim: 8, numClasses: 2, values: 8 }, 3);
    expect(speed.seconds(size)).toBe(learnt);
  });
});

describe('the static baseline', () => {
  it('goes by source accuracy, then size, then age', () => {
    const model = (
      versionId: string,
      sourceAccuracy: number | null,
      parameterCount: number,
      createdAt: string,
    ) => ({
      versionId,
      folder: '',
      sourceAccuracy,
      parameterCount,
      createdAt,
    });
    const models = [
      model('unknown', null, 1, '2026-01-01T00:00:00Z'),
      model('old', 0.7, 10, '2025-01-01T00:00:00Z'),
      model('new', 0.7, 10, '2026-01-01T00:00:00Z'),
      model('small', 0.7, 5, '2020-01-01T00:00:00Z'),
      model('best', 0.8, 1e9, '2020-01-01T00:00:00Z'),
    ];
    expect(models.toSorted(byStaticBaseline).map(({ versionId }) => versionId)).toEqual([
      'best',
      'small',
      'new',
      'old',
      'unknown',
    ]);
  });
});

function image(label: number, at: number, split: Split): IndexedImage {
  return {
    path: `${split}/${at}.png`,
    label,
    split,
    sha256: at.toString(16).padStart(64, '0'),
    width: 8,
    height: 8,
    sizeBytes: 1,
    shard: 0,
    offset: 0,
    nearDuplicate: false,
  };
}
