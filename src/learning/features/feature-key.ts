import { createHash } from 'node:crypto';
import { onnxRuntimeEngine } from '../engines/onnx-runtime.js';
import { decoderVersion } from '../images/decode-image.js';
import { configInUse } from '../layers/config-rules.js';
import type { LoadedModel, NetworkLayer } from '../tfjs-layers/network.js';
import type { FeatureCut } from './feature-cut.js';

/** Raise it when layers of one configuration come to be lowered to a graph that computes something else. */
const version = 2;

/**
 * Digests of everything that rows of features depend on, except the picture: the layers up to the cut with their weights,
 * scaling of pixels, pooling, how pictures are decoded, and the engine. Names of layers and what follows the cut have no part
 * in it, nor which other cuts are asked for.
 *
 * Each layer's digest is made of its own weights and the digests of the layers that it reads, so that every weight is hashed
 * once for all cuts.
 *
 * @returns a key for each of the cuts, which must be layers of the model.
 * @see Merkle, "A Digital Signature Based on a Conventional Encryption Function", 1987: trees of digests
 */
export function featureKeys({ layers, manifest }: LoadedModel, cuts: readonly FeatureCut[]): string[] {
  const { input } = manifest;
  const wanted = new Set(cuts.map(({ layer }) => layer));
  const last = layers.findLastIndex(({ name }) => wanted.has(name));
  const byName = new Map<string, { digest: string; rank: number }>();
  for (const layer of layers.slice(0, last + 1)) {
    const inbound = layer.inbound.map((name) => byName.get(name)?.digest);
    byName.set(layer.name, { digest: digestOf(layer, inbound), rank: layer.outputShape.length });
  }
  return cuts.map(({ layer, pooling }) => {
    const { digest, rank } = byName.get(layer) ?? { digest: '', rank: 0 };
    const made = { version, input, decoder: decoderVersion, engine: onnxRuntimeEngine, digest };
    // Only a picture is averaged; anything else is laid out as a row, whatever was asked for.
    return hash(JSON.stringify({ ...made, pooling: rank === 3 ? pooling : 'flatten' }));
  });
}

function digestOf({ kind, config, weights }: NetworkLayer, inbound: (string | undefined)[]): string {
  const parts = weights.flatMap(({ name, shape, quantization, bytes }) => [
    JSON.stringify([name, shape, quantization]),
    bytes,
  ]);
  return hash(JSON.stringify([kind.className, configInUse(kind.config, config), inbound]), ...parts);
}

function hash(...parts: (string | Uint8Array)[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('hex');
}
