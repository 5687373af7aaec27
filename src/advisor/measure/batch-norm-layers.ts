import { decodeWeight } from '../../learning/tfjs-layers/stored-weight.js';
import type { LoadedModel, NetworkLayer } from '../../learning/tfjs-layers/network.js';
import { depthOf, type ProfileCut } from './profile-cuts.js';

/** A batch normalisation whose output can be looked at. */
export interface BatchNormLayer {
  layer: string;
  /** Share of the network's parameters up to and including the layer, 0 to 1; inside branches up to the cut behind it. */
  depth: number;
  /** float32 [channels]; ones and zeros where the layer has none. */
  gamma: Float32Array;
  beta: Float32Array;
}

/**
 * The batch normalisations that tell how the data's statistics differ from those of training, at about the depths of the
 * profile: for each of its cuts the last one before it, or at it, in a block of branches that of one branch.
 */
export function batchNormLayers(
  { layers, manifest }: LoadedModel,
  cuts: readonly ProfileCut[],
): BatchNormLayer[] {
  const cutPoints = new Map(manifest.cutPoints.map((cut) => [cut.layer, cut]));
  const chosen = new Map<string, BatchNormLayer>();
  for (const cut of cuts) {
    const end = layers.findIndex(({ name }) => name === cut.layer);
    const last = layers.slice(0, end + 1).findLast(({ kind }) => kind.className === 'BatchNormalization');
    if (last === undefined || chosen.has(last.name)) continue;
    const own = cutPoints.get(last.name);
    chosen.set(last.name, {
      layer: last.name,
      depth: own === undefined ? cut.depth : depthOf(own, manifest),
      gamma: weightOf(last, 'gamma', 1),
      beta: weightOf(last, 'beta', 0),
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
