import { describe, expect, it } from 'vitest';
import { rankCandidates } from '../../../src/advisor/recommend/rank-candidates.js';
import type { Unranked } from '../../../src/advisor/recommend/measured-model.js';

function makeCandidate(strategy: string, accuracy: number | null, seconds: number | null): Unranked {
  const promised = (value: number | null) => (value === null ? null : { value, low: value, high: value });
  return {
    versionId: 'first',
    strategy,
    strategyVersion: null,
    parameters: {},
    layer: null,
    accuracy: promised(accuracy),
    uncorrected: promised(accuracy),
    seconds: promised(seconds),
    peakMemoryBytes: null,
    storedBytes: null,
    reason: '',
    warnings: [],
  };
}

type Row = [name: string, accuracy: number | null, seconds: number | null];

describe('the order of candidates', () => {
  it.each<{ rule: string; candidates: Row[]; order: string[] }>([
    {
      rule: 'goes by expected accuracy',
      candidates: [
        ['slow', 0.7, 90],
        ['best', 0.9, 50],
        ['worst', 0.6, 1],
      ],
      order: ['best', 'slow', 'worst'],
    },
    {
      rule: 'puts the quickest of those within half a point of the best first',
      candidates: [
        ['best', 0.9, 500],
        ['close', 0.8955, 5],
        ['closer', 0.8975, 60],
        ['beyond', 0.8945, 1],
      ],
      order: ['close', 'closer', 'best', 'beyond'],
    },
    {
      rule: 'takes more accuracy where close ones are equally quick',
      candidates: [
        ['less', 0.896, 5],
        ['more', 0.899, 5],
      ],
      order: ['more', 'less'],
    },
    {
      rule: 'takes the quicker where those behind are equally good',
      candidates: [
        ['best', 0.9, 50],
        ['slow', 0.7, 20],
        ['quick', 0.7, 10],
      ],
      order: ['best', 'quick', 'slow'],
    },
    {
      rule: 'puts close ones of unknown time behind those of known time',
      candidates: [
        ['unknown', 0.9, null],
        ['known', 0.897, 1000],
      ],
      order: ['known', 'unknown'],
    },
    {
      rule: 'puts those that are not estimated last, whatever they take',
      candidates: [
        ['nobody knows', null, 1],
        ['bad', 0.1, 9999],
      ],
      order: ['bad', 'nobody knows'],
    },
    {
      rule: 'is one where nothing is estimated',
      candidates: [
        ['b', null, null],
        ['a', null, null],
      ],
      order: ['a', 'b'],
    },
    { rule: 'is empty where nothing is', candidates: [], order: [] },
  ])('$rule', ({ candidates, order }) => {
    const rows = candidates.map((row) => makeCandidate(...row));
    for (const given of [rows, [...rows].reverse()]) {
      const ranked = rankCandidates(given);
      expect(ranked.map(({ strategy }) => strategy)).toEqual(order);
      expect(ranked.map(({ rank }) => rank)).toEqual(order.map((_, index) => index + 1));
    }
  });
});
