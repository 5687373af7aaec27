import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FeatureCut } from '../../../src/learning/features/feature-cut.js';
import { featureKeys } from '../../../src/learning/features/feature-key.js';
import { lowerNetwork } from '../../../src/learning/onnx/lower-network.js';
import type { LoadedModel, NetworkLayer } from '../../../src/learning/tfjs-layers/network.js';
import { smallNetwork } from './small-network.js';

const model = await smallNetwork();
const pool: FeatureCut = { layer: 'pool', pooling: 'average' };
const relu: FeatureCut = { layer: 'relu', pooling: 'average' };

const keyOf = (of: LoadedModel, cut: FeatureCut) => featureKeys(of, [cut])[0];

const changed = (change: (layer: NetworkLayer) => Partial<NetworkLayer>): LoadedModel => ({
  ...model,
  layers: model.layers.map((layer) => ({ ...layer, ...change(layer) })),
});
const withConfig = (name: string, keys: object): LoadedModel =>
  changed((layer) => (layer.name === name ? { config: { ...(layer.config as object), ...keys } } : {}));

describe('the key of features is the same', () => {
  it('whichever other cuts are asked for', () => {
    expect(featureKeys(model, [relu, pool, relu])).toEqual([
      keyOf(model, relu),
      keyOf(model, pool),
      keyOf(model, relu),
    ]);
  });

  it('with layers of other names', () => {
    const renamed = changed(({ name, inbound, config }) => ({
      name: `our_${name}`,
      inbound: inbound.map((read) => `our_${read}`),
      config: { ...(config as object), name: `our_${name}` },
    }));
    expect(keyOf(renamed, { ...pool, layer: 'our_pool' })).toBe(keyOf(model, pool));
  });

  it('with another configuration of training', () => {
    const trained = withConfig('conv', { kernel_initializer: { class_name: 'Zeros' }, trainable: false });
    expect(keyOf(trained, pool)).toBe(keyOf(model, pool));
    expect(keyOf(withConfig('norm', { momentum: 0.5 }), pool)).toBe(keyOf(model, pool));
  });

  it('whatever pooling is asked of what is a vector already', () => {
    expect(keyOf(model, { ...pool, pooling: 'flatten' })).toBe(keyOf(model, pool));
    expect(keyOf(model, { ...relu, pooling: 'flatten' })).not.toBe(keyOf(model, relu));
  });

  it('when something after the cut changes', () => {
    const other = changed(({ name, weights }) => (name === 'top' ? { weights: weights.slice(1) } : {}));
    expect(keyOf(other, pool)).toBe(keyOf(model, pool));
    expect(keyOf(other, { layer: 'top', pooling: 'flatten' })).not.toBe(
      keyOf(model, { layer: 'top', pooling: 'flatten' }),
    );
  });
});

describe('the key of features is another', () => {
  it.each([
    ['configuration of a layer before the cut', withConfig('norm', { epsilon: 0.5 })],
    [
      'weight of a layer before the cut',
      changed(({ name, weights }) =>
        name === 'conv'
          ? { weights: weights.map((weight) => ({ ...weight, bytes: weight.bytes.map((byte) => byte ^ 1) })) }
          : {},
      ),
    ],
    [
      'meaning of the same bytes',
      changed(({ name, weights }) =>
        name === 'conv'
          ? { weights: weights.map((weight) => ({ ...weight, quantization: { dtype: 'float16' as const } })) }
          : {},
      ),
    ],
    ['layer that is read', changed(({ name }) => (name === 'relu' ? { inbound: ['conv'] } : {}))],
    [
      'size of pictures',
      { ...model, manifest: { ...model.manifest, input: { ...model.manifest.input, height: 64 } } },
    ],
  ])('with another %s', (_what, other) => {
    expect(keyOf(other, pool)).not.toBe(keyOf(model, pool));
  });
});

// The key names layers, not the graph that they become. Where this digest changes, rows that were cached before may differ
// from those computed now: raise `version` in feature-key.ts, then write the new digest here.
it('stands for the graph that layers are lowered to', () => {
  const { bytes } = lowerNetwork(model.layers, model.manifest.input, [pool]);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    '3c2ab91af53904be6cc0b756fd1e0790b58a168d8f8142e21b8b5a10257fa5f5',
  );
});
