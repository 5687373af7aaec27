import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/learning/random.js';
import { findLearning } from '../../../src/advisor/recommend/find-learning.js';
import { makeCut, makeModel } from './support.js';

const majorityShare = 0.1;

/** Probes of three networks at ten cuts each, on so many pictures, each right with the same probability. */
function probesAt(truth: number, pictures: number, seed: number) {
  const random = createRandom(seed);
  const share = () =>
    Array.from({ length: pictures }, () => Number(random.next() < truth)).reduce((sum, one) => sum + one, 0) /
    pictures;
  return [1, 2, 3].map(() =>
    makeModel({
      cuts: Array.from({ length: 10 }, (_, at) =>
        makeCut({ layer: `layer ${at}`, accuracy: share(), pictures, standardError: 0 }),
      ),
    }),
  );
}

describe('whether anything is learned', () => {
  it('is denied to the best of thirty probes of labels at random, nearly always', () => {
    const trials = Array.from({ length: 300 }, (_, seed) =>
      findLearning({ majorityShare }, probesAt(majorityShare, 200, seed)),
    );
    const deceived = trials.filter((one) => one?.isLearned).length;
    expect(deceived / 300).toBeLessThan(0.05);
    // The plain rule of two standard errors would be deceived by every other set.
    const plain = trials.filter(
      (one) => one && one.best.probe.accuracy > majorityShare + 2 * Math.sqrt((0.1 * 0.9) / 200),
    ).length;
    expect(plain / 300).toBeGreaterThan(0.3);
  });

  it('is seen where a probe is right a little more often', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(findLearning({ majorityShare }, probesAt(0.25, 200, seed))?.isLearned).toBe(true);
    }
  });

  it('is judged by two standard errors where there is one probe', () => {
    const at = (accuracy: number) =>
      findLearning({ majorityShare }, [
        makeModel({ cuts: [makeCut({ accuracy, pictures: 900, standardError: 0.02 })] }),
      ]);
    expect(at(0.139)?.isLearned).toBe(false);
    expect(at(0.141)?.isLearned).toBe(true);
  });

  it('is not claimed of a probe that is right every time on pictures of one class', () => {
    const models = [makeModel({ cuts: [makeCut({ accuracy: 1 })] })];
    expect(findLearning({ majorityShare: 1 }, models)?.isLearned).toBe(false);
  });

  it('is no question without probes', () => {
    expect(findLearning({ majorityShare }, [])).toBeUndefined();
  });
});
