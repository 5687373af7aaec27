import { candidateLayers, featureLength } from '../../learning/cuts/candidate-layers.js';
import type { CutPoint, ModelManifest } from '../../learning/model-manifest.js';

/** A place where a network is looked at, its output averaged over height and width. */
export interface ProfileCut {
  layer: string;
  /** Share of the network's parameters up to and including the layer, 0 to 1. */
  depth: number;
  /** Whether strategies compare this cut when none is named. */
  isCandidate: boolean;
}

/** Cuts of one network at most: a curve over depth shows its shape with so many, and each costs a probe. */
const mostCuts = 10;

/**
 * The cuts at which a network is measured, from input to output: ends of its blocks, evenly spread, and always the layers
 * that strategies compare when none is named.
 *
 * @see Yosinski et al., "How transferable are features in deep neural networks?", 2014: one measure per depth
 */
export function profileCuts(manifest: ModelManifest): ProfileCut[] {
  const candidates = candidateLayers(manifest, 'average').filter(isMeasurable);
  const names = new Set(candidates.map(({ layer }) => layer));
  const boundaries = manifest.cutPoints.filter(
    (cut) => cut.blockBoundary && isPicture(cut) && isMeasurable(cut) && !names.has(cut.layer),
  );
  const chosen = new Set([...names, ...spread(boundaries, mostCuts - names.size).map(({ layer }) => layer)]);
  return manifest.cutPoints
    .filter(({ layer }) => chosen.has(layer))
    .map((cut) => ({
      layer: cut.layer,
      depth: depthOf(cut, manifest),
      isCandidate: names.has(cut.layer),
    }));
}

/** Share of the network's parameters up to a cut. A network without parameters is all input. */
export function depthOf({ parametersBefore }: CutPoint, { parameterCount }: ModelManifest): number {
  return parameterCount > 0 ? parametersBefore / parameterCount : 0;
}

/** Some of a list, evenly spread, its first and last among them. */
function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  if (count < 2) return list.slice(0, count);
  const step = (list.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => list[Math.round(index * step)] as T);
}

const isMeasurable = (cut: CutPoint): boolean =>
  (cut.outputShape.length === 2 || cut.outputShape.length === 4) &&
  featureLength(cut, 'average') !== undefined;

/** Not a single pixel: that is a vector, and behind the last picture come scores of the old classes. */
function isPicture({ outputShape }: CutPoint): boolean {
  const [, height, width] = outputShape;
  return outputShape.length === 4 && (height ?? 2) * (width ?? 2) > 1;
}
