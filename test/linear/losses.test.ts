import { describe, expect, it } from 'vitest';
import type { Group, Loss } from '../../src/learning/linear/loss.js';
import { multinomialLogistic } from '../../src/learning/linear/multinomial-logistic.js';
import { squaredHinge } from '../../src/learning/linear/squared-hinge.js';
import { createRandom } from '../../src/learning/random.js';

const rowCount = 40;
const numClasses = 4;
const C = 2.5;
const random = createRandom(3);
const rows = {
  rowCount,
  labels: Int32Array.from({ length: rowCount }, () => random.below(numClasses)),
  foldOfRow: Int32Array.from({ length: rowCount }, () => random.below(3)),
};

const losses: { name: string; loss: Loss; firstClass: number }[] = [
  { name: 'squared hinge', loss: squaredHinge(rows), firstClass: 2 },
  { name: 'multinomial logistic', loss: multinomialLogistic(rows, numClasses), firstClass: 0 },
];

function draw(length: number, scale: number): Float32Array {
  return Float32Array.from({ length }, () => scale * (random.next() - 0.5));
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);

describe.each(losses)('the $name loss', ({ loss, firstClass }) => {
  const length = rowCount * loss.groupSize;
  const scores = draw(length, 3);
  const direction = draw(length, 1);

  it.each([-1, 1])(
    'has the slope and curvature that differences in float64 show, fold %i left out',
    (fold) => {
      const group: Group = { firstClass, fold };
      const slopes = new Float32Array(length);
      const value = loss.evaluate(group, scores, C, slopes);
      const along = (step: number) => loss.evaluateAlong(group, scores, direction, step, C);
      expect(along(0)).toBeCloseTo(value, 8);
      const h = 1e-5;
      expect(dot(slopes, direction)).toBeCloseTo((along(h) - along(-h)) / (2 * h), 3);
      const curved = direction.slice();
      loss.applyCurvature(group, scores, slopes, C, curved);
      const second = (along(1e-3) - 2 * along(0) + along(-1e-3)) / 1e-6;
      expect(dot(curved, direction) / second).toBeCloseTo(1, 1);
    },
  );

  it('leaves held-out rows without slope, curvature or loss', () => {
    const group: Group = { firstClass, fold: 1 };
    const slopes = new Float32Array(length);
    const value = loss.evaluate(group, scores, C, slopes);
    const heldOut = (at: number) => rows.foldOfRow[at % rowCount] === 1;
    expect([...slopes].filter((_, at) => heldOut(at)).every((slope) => slope === 0)).toBe(true);
    const moved = scores.map((score, at) => (heldOut(at) ? score + 7 : score));
    expect(loss.evaluate(group, moved, C, slopes)).toBe(value);
    const curved = direction.slice();
    loss.applyCurvature(group, scores, slopes, C, curved);
    expect([...curved].filter((_, at) => heldOut(at)).every((part) => part === 0)).toBe(true);
  });

  it('states the mean of its second derivatives', () => {
    const group: Group = { firstClass, fold: 1 };
    const slopes = new Float32Array(length);
    loss.evaluate(group, scores, C, slopes);
    const diagonal = Array.from({ length }, (_, at) => {
      const unit = new Float32Array(length);
      unit[at] = 1;
      loss.applyCurvature(group, scores, slopes, C, unit);
      return unit[at] as number;
    });
    const mean = diagonal.reduce((sum, part) => sum + part, 0) / length;
    expect(loss.meanCurvature(group, scores, slopes, C)).toBeCloseTo(mean, 5);
  });
});

describe('the multinomial logistic loss', () => {
  it('stays finite at scores that overflow an exponential', () => {
    const loss = multinomialLogistic(rows, numClasses);
    const slopes = new Float32Array(rowCount * numClasses);
    const value = loss.evaluate({ firstClass: 0, fold: -1 }, draw(rowCount * numClasses, 1e5), C, slopes);
    expect(Number.isFinite(value)).toBe(true);
    expect(slopes.every((slope) => Number.isFinite(slope))).toBe(true);
  });
});
