import type { CutPoint, ModelManifest } from '../../learning/model-manifest.js';

/**
 * The cut that serves most often: the last cut point whose output still has a height and a width above 1, which is
 * the input of the global pooling or flattening that starts the classification head. Networks without such a tensor
 * are cut at the last cut point that has parameters after it.
 *
 * @see Kornblith et al., "Do Better ImageNet Models Transfer Better?", 2019: fixed features are the penultimate layer's
 */
export function chooseLayer(base: ModelManifest): CutPoint | undefined {
  const spatial = base.cutPoints.filter(({ outputShape }) => {
    const [, height, width] = outputShape;
    return outputShape.length === 4 && (height ?? 2) * (width ?? 2) > 1;
  });
  const beforeParameters = base.cutPoints.filter(
    ({ parametersBefore }) => parametersBefore < base.parameterCount,
  );
  return spatial.at(-1) ?? beforeParameters.at(-1) ?? base.cutPoints.at(-1);
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
