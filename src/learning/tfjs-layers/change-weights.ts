import { ZooError } from '../../errors.js';
import type { NetworkLayer } from './network.js';
import { decodeWeight, elementCount, type StoredWeight } from './stored-weight.js';

/**
 * Layers with new values for some of their weights. A weight whose values did not change, to the last bit, keeps the
 * bytes it had, compressed ones too, so that its layer's file stays the same file.
 *
 * @param changed float32, row-major, in Keras' layout, by `layer/weight`.
 * @throws ZooError CLASSIFIER_INVALID for a weight that is not there, of another size, or not finite.
 */
export function changeWeights(
  layers: NetworkLayer[],
  changed: Readonly<Record<string, Float32Array>>,
): NetworkLayer[] {
  const left = new Map(Object.entries(changed));
  const result = layers.map((layer) => {
    let isChanged = false;
    const weights = layer.weights.map((weight) => {
      const name = `${layer.name}/${weight.name}`;
      const values = left.get(name);
      if (values === undefined) return weight;
      left.delete(name);
      assertUsable(name, weight, values);
      if (areEqual(decodeWeight(weight), values)) return weight;
      isChanged = true;
      return { ...weight, quantization: null, bytes: bytesOf(values) };
    });
    return isChanged ? { ...layer, weights } : layer;
  });
  const [unknown] = left.keys();
  if (unknown !== undefined) {
    throw new ZooError(
      'CLASSIFIER_INVALID',
      `New values are given for ${JSON.stringify(unknown.slice(0, 200))}; the layers before the head have no such weight.`,
      { weight: unknown.slice(0, 200) },
    );
  }
  return result;
}

/** The values as a file holds them; a copy. */
export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}

function assertUsable(name: string, weight: StoredWeight, values: Float32Array): void {
  const expected = elementCount(weight.shape);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (values.length === expected && at === -1) return;
  const what =
    at === -1
      ? `${values.length} values; its shape ${JSON.stringify(weight.shape)} needs ${expected}`
      : `${values[at]} at position ${at}; every value must be finite`;
  throw new ZooError('CLASSIFIER_INVALID', `Weight ${name} is given ${what}.`, { weight: name });
}

/** By bits: a zero that changed its sign is a change. */
function areEqual(a: Float32Array, b: Float32Array): boolean {
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}
