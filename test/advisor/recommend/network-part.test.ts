import { expect, it } from 'vitest';
import { networkPart } from '../../../src/advisor/recommend/cost/network-part.js';
import { makeManifest } from '../../plugins/manifests.js';

it('adds up weights, values and multiplications of the layers between two', () => {
  // Padding of 17 · 17 · 8 values, and a convolution of 1,168 weights at 8 · 8 places.
  expect(networkPart(makeManifest(), 'block1_add', 'block2_out')).toEqual({
    parameters: 1168,
    values: 17 * 17 * 8 + 8 * 8 * 16,
    multiplications: 1168 * 8 * 8,
    outputValues: 8 * 8 * 16,
    featureDim: 16,
  });
});

it('adds up everything from the input on where nothing is frozen', () => {
  const { parameters, multiplications } = networkPart(makeManifest(), undefined, 'head');
  expect(parameters).toBe(1426);
  expect(multiplications).toBe(224 * 16 * 16 + 1168 * 8 * 8 + 34);
});

it('is nothing where the last layer is the first that is left out', () => {
  expect(networkPart(makeManifest(), 'block2_out', 'block2_out')).toMatchObject({ parameters: 0, values: 0 });
});
