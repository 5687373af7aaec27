import type { CutPoint, ModelManifest } from '../model-manifest.js';

/** Layers that are compared when none is named. */
const candidateCount = 3;

/**
 * The cuts worth comparing when none is named, deepest first: the last cut point at each of the three coarsest
 * resolutions above one pixel. The deepest of them feeds the classification head and serves best when the new pictures
 * resemble what the network was trained on; the others serve when they do not, since later layers are more
 * specialised. Networks without such tensors are cut at the last cut point that has parameters after it. Flattened, the
 * shallower tensors have too many features to be worth it, and only the deepest is taken.
 *
 * @see Yosinski et al., "How transferable are features in deep neural networks?", 2014
 * @see Kornblith et al., "Do Better ImageNet Models Transfer Better?", 2019: fixed features are the penultimate layer's
 */
export function candidateLayers(base: ModelManifest, pooling: 'average' | 'flatten'): CutPoint[] {
  // Zeros around a picture change its size but say nothing new.
  const padding = new Set(
    base.layers.filter(({ className }) => className === 'ZeroPadding2D').map(({ name }) => name),
  );
  const lastAtResolution = new Map<string, CutPoint>();
  for (const cut of base.cutPoints) {
    const [, height, width] = cut.outputShape;
    const isPicture = cut.outputShape.length === 4 && (height ?? 2) * (width ?? 2) > 1;
    if (isPicture && !padding.has(cut.layer)) lastAtResolution.set(`${height} × ${width}`, cut);
  }
  if (lastAtResolution.size > 0) {
    const count = pooling === 'flatten' ? 1 : candidateCount;
    return [...lastAtResolution.values()].slice(-count).reverse();
  }
  const beforeParameters = base.cutPoints.filter(
    ({ parametersBefore }) => parametersBefore < base.parameterCount,
  );
  const last = beforeParameters.at(-1) ?? base.cutPoints.at(-1);
  return last === undefined ? [] : [last];
}

/**
 * The cuts at which linear probes are compared, deepest first: the candidate layers, averaged over height and width.
 *
 * @param inputSize height and width of the pictures in pixels; undefined: the base model's own
 */
export function probeCuts(
  base: ModelManifest,
  inputSize: number | undefined,
): { layer: string; pooling: 'average'; inputSize?: number }[] {
  return candidateLayers(base, 'average').map(({ layer }) => ({ layer, pooling: 'average', inputSize }));
}

/** Length of one picture's feature vector at a cut, or undefined where the layer has no fixed size. */
export function featureLength(cut: CutPoint, pooling: 'average' | 'flatten'): number | undefined {
  const sizes = cut.outputShape.slice(1);
  const used = pooling === 'average' && sizes.length === 3 ? sizes.slice(2) : sizes;
  return used.reduce<number | undefined>(
    (product, size) => (product === undefined || size === null ? undefined : product * size),
    1,
  );
}
