import { describe, expect, it } from 'vitest';
import type { LabelledFeatures, LinearProbe } from '../../src/plugins/contract.js';
import { calibrateHead } from '../../src/learning/evaluation/calibrate-head.js';
import { scoreLinear } from '../../src/learning/linear/score-linear.js';

/** One feature that says the class, 1 or −1, and is wrong for a quarter of the pictures. */
function pictures(): LabelledFeatures {
  const data = Float32Array.of(1, 1, 1, -1, -1, -1, -1, 1);
  return { rows: 8, featureDim: 1, data, labels: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1) };
}

const head = (strength: number): LinearProbe => ({
  cut: { layer: 'pool', pooling: 'average' },
  weights: Float32Array.of(strength, -strength),
  bias: new Float32Array(2),
  C: 1,
  crossValidated: null,
});

describe('a calibrated head', () => {
  it.each([0.2, 1, 20])('of strength %f is as sure as it is right', (strength) => {
    const { weights, bias, temperature } = calibrateHead(head(strength), pictures());
    // Right in three of four: the logits differ by log 3.
    expect(2 * (weights[0] ?? 0)).toBeCloseTo(Math.log(3), 2);
    expect(temperature / ((2 * strength) / Math.log(3))).toBeCloseTo(1, 2);
    expect(bias).toEqual(new Float32Array(2));
  });

  it('names every picture as before', () => {
    const calibrated = { ...head(20), ...calibrateHead(head(20), pictures()) };
    const signs = (probe: LinearProbe) => [...scoreLinear(probe, pictures())].map(Math.sign);
    expect(signs(calibrated)).toEqual(signs(head(20)));
  });
});
