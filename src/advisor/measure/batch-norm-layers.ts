import { decodeWeight } from '../../learning/tfjs-layers/stored-weight.js';
import type { LoadedModel, NetworkLayer } from '../../learning/tfjs-layers/network.js';
import { depthOf, type ProfileCut } from './profile-cuts.js';

/** A batch normalisation whose output can be looked at. */
export interface BatchNormLayer {
  layer: string;
  /** Share of the network's parameters up to and including the layer, 0 to 1. */
  depth: number;
  /** float32 [channels]; ones and zeros where the layer has none. */
  gamma: Float32Array;
  beta: Float32Array;
}

/**
 * The batch normalisations that tell how the data's statistics differ from those of training, at about the depths of the
 * profile: for each of its cuts the last one before it, or at it, after which the network can be cut. Those inside a block
 * of branches cannot be looked at.
 */
export function batchNormLayers(
  { layers, manifest }: LoadedModel,
  cuts: readonly ProfileCut[],
): BatchNormLayer[] {
  const places = new Map(layers.map((layer, place) => [layer.name, { layer, place }]));
  const normalizations = manifest.cutPoints.flatMap((cut) => {
    const found = places.get(cut.layer);
    return found?.layer.kind.className === 'BatchNormalization' ? [{ ...found, cut }] : [];
  });
  const chosen = new Map<string, BatchNormLayer>();
  for (const cut of cuts) {
    const end = places.get(cut.layer)?.place ?? 0;
    const last = normalizations.findLast(({ place }) => place <= end);
    if (last === undefined) continue;
    chosen.set(last.cut.layer, {
      layer: last.cut.layer,
      depth: depthOf(last.cut, manifest),
      gamma: weightOf(last.layer, 'gamma', 1),
      beta: weightOf(last.layer, 'beta', 0),
    });
  }
  return [...chosen.values()];
}

function weightOf(layer: NetworkLayer, name: string, otherwise: number): Float32Array {
  const weight = layer.weights.find((one) => one.name === name);
  return weight === undefined
    ? new Float32Array(layer.outputShape.at(-1) ?? 0).fill(otherwise)
    : decodeWeight(weight);
}
