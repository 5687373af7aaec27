import { describe, expect, it } from 'vitest';
import type { NetworkLayer } from '../../../src/learning/tfjs-layers/network.js';
import { initialWeight } from '../../../src/learning/training/initial-weights.js';
import { smallNetwork } from '../features/small-network.js';

const { layers } = await smallNetwork();
const shape = [5, 5, 40, 60];

/** A kernel of a convolution that asks for an initializer. */
function kernel(initializer: unknown): Float32Array {
  const conv = layers.find(({ name }) => name === 'conv');
  if (conv === undefined) throw new Error('no convolution');
  const json = { ...conv.json, config: { ...conv.json.config, kernel_initializer: initializer } };
  const layer: NetworkLayer = { ...conv, json };
  return initialWeight(layer, { name: 'kernel', shape, quantization: null, bytes: new Uint8Array() }, 3, 0);
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe('initial weights', () => {
  const fanIn = 5 * 5 * 40;
  const fanOut = 5 * 5 * 60;

  it.each<[string, unknown, number]>([
    ['GlorotUniform', 'glorot_uniform', Math.sqrt(2 / (fanIn + fanOut))],
    ['HeNormal', { class_name: 'HeNormal', config: { seed: null } }, Math.sqrt(2 / fanIn)],
    ['LeCunNormal', 'lecun_normal', Math.sqrt(1 / fanIn)],
    [
      'VarianceScaling',
      { class_name: 'VarianceScaling', config: { scale: 2, mode: 'fan_out', distribution: 'normal' } },
      Math.sqrt(2 / fanOut),
    ],
    ['RandomNormal', { class_name: 'RandomNormal', config: { mean: 0, stddev: 0.1 } }, 0.1],
    ['TruncatedNormal', { class_name: 'TruncatedNormal', config: { mean: 0, stddev: 0.1 } }, 0.08796],
    ['RandomUniform', { class_name: 'RandomUniform', config: { minval: -3, maxval: 3 } }, Math.sqrt(3)],
  ])('of %s have its spread', (_, initializer, expected) => {
    expect(deviation(kernel(initializer)) / expected).toBeCloseTo(1, 2);
  });

  it('of a normal distribution reach beyond two deviations, unless it is cut off there', () => {
    const largest = (name: string) =>
      kernel({ class_name: name, config: { stddev: 1 } }).reduce((max, value) => Math.max(max, value), 0);
    expect(largest('RandomNormal')).toBeGreaterThan(3);
    expect(largest('TruncatedNormal')).toBeLessThanOrEqual(2);
  });

  it.each([undefined, 'orthogonal', { class_name: 'Identity', config: { gain: 1 } }, 7, { config: {} }])(
    'of a kernel are Glorot’s where %o is asked for, never zero',
    (initializer) => {
      expect(kernel(initializer)).toEqual(kernel('glorot_uniform'));
    },
  );

  it('are zero where that is asked for', () => {
    expect(new Set(kernel('zeros'))).toEqual(new Set([0]));
  });
});
