import { describe, expect, it } from 'vitest';
import { requireEstimate } from '../../src/plugins/run/require-estimate.js';

const estimate = {
  accuracy: { value: 0.8, standardError: 0.02 },
  seconds: 12.5,
  peakMemoryBytes: 4e8,
  storedBytes: 0,
};
const nothing = { accuracy: null, seconds: null, peakMemoryBytes: null, storedBytes: null };

describe('an estimate', () => {
  it.each([estimate, nothing, { ...nothing, accuracy: { value: 1, standardError: 0 }, seconds: 0 }])(
    'of numbers that can be, and null for what cannot be said, is taken as it is',
    (answered) => expect(requireEstimate('mine', answered)).toEqual(answered),
  );

  it('is what the contract has, and nothing that it carries beside', () => {
    const accuracy = { ...estimate.accuracy, by: 'guess' };
    const answered = { ...estimate, accuracy, rank: 1, reason: ' one\n line ' };
    expect(requireEstimate('mine', answered)).toEqual({ ...estimate, reason: 'one line' });
  });

  it('has a reason of no more than 500 characters', () => {
    const { reason } = requireEstimate('mine', { ...nothing, reason: 'a'.repeat(10_000) });
    expect(reason).toHaveLength(500);
  });

  it.each([
    ['nothing', undefined, 'undefined instead of an estimate'],
    ['null', null, 'null instead of an estimate'],
    ['a number', 0.9, 'number instead of an estimate'],
    ['no accuracy, not even null', { ...estimate, accuracy: undefined }, 'undefined as accuracy'],
    [
      'an accuracy without its error',
      { ...estimate, accuracy: 0.9 },
      '0.9 as accuracy; { value, standardError }',
    ],
    [
      'NaN as accuracy',
      { ...estimate, accuracy: { value: NaN, standardError: 0.1 } },
      'NaN as accuracy.value',
    ],
    ['percent', { ...estimate, accuracy: { value: 87, standardError: 0.1 } }, '87 as accuracy.value'],
    [
      'an endless error',
      { ...estimate, accuracy: { value: 0.9, standardError: Infinity } },
      'Infinity as accuracy.standardError',
    ],
    ['text as seconds', { ...estimate, seconds: '12' }, 'string as seconds; a finite number from 0'],
    ['seconds before it began', { ...estimate, seconds: -1 }, '-1 as seconds'],
    ['endless memory', { ...estimate, peakMemoryBytes: Infinity }, 'Infinity as peakMemoryBytes'],
    ['no stored bytes, not even null', { ...estimate, storedBytes: undefined }, 'undefined as storedBytes'],
    ['a reason that is no sentence', { ...estimate, reason: ['why'] }, 'object as reason'],
  ])('is refused where it says %s', (_, answered, says) => {
    expect(() => requireEstimate('mine', answered)).toThrow(
      expect.objectContaining({
        code: 'ESTIMATE_INVALID',
        message: expect.stringContaining(`mine returned ${says}`) as string,
      }) as Error,
    );
  });
});
