import { bestProbe, prefixUpTo, usableCuts, type FrozenPrefix } from '../../learning/public.js';
import type { CutPoint, LinearProbe, ModelManifest } from '../plugin.js';

/** From this many training pictures on, more layers train. */
const manyPictures = 2000;

/** What trains when nothing is said, with the reason, for the log. */
export interface ChosenLayers extends FrozenPrefix {
  reason: string;
}

/**
 * Chooses where training begins, in stages: the layers between two halvings of the picture. The head's own stage trains,
 * and the one before it where there are many pictures, since they can carry more parameters without being learnt by heart.
 *
 * @see Yosinski et al., "How transferable are features in deep neural networks?", 2014: specialisation by depth
 * @see Stanford CS231n, "Transfer Learning": by size of the data and similarity to what the network was trained on
 */
export function chooseTrainableFrom(
  manifest: ModelManifest,
  head: string,
  trainCount: number,
): ChosenLayers | undefined {
  const ends = stageEnds(manifest, head);
  const isLarge = trainCount >= manyPictures;
  const end = ends[Math.min(isLarge ? 2 : 1, ends.length) - 1];
  if (end === undefined) return undefined;
  return {
    ...prefixUpTo(manifest, end),
    reason: `the ${isLarge ? 'last two stages' : 'last stage'} before the head, for ${trainCount} training pictures`,
  };
}

/**
 * Chooses where the head sits: on the layer whose features serve best in cross-validation, if that is more than a
 * standard error better than the last one, else on the last. Late layers are specialised in what the network was
 * trained on; where the new pictures differ, a few of them cannot teach those layers anew, and they do better without.
 *
 * @param probes of the frozen network, the deepest first.
 */
export function chooseHead<Probe extends Pick<LinearProbe, 'crossValidated'>>(
  probes: readonly Probe[],
): Probe | undefined {
  const [deepest] = probes;
  if (deepest === undefined) return undefined;
  const best = bestProbe(probes);
  const margin = Math.max(
    best.crossValidated?.standardError ?? 0,
    deepest.crossValidated?.standardError ?? 0,
  );
  const lead = (best.crossValidated?.accuracy ?? 0) - (deepest.crossValidated?.accuracy ?? 0);
  return lead > margin ? best : deepest;
}

/** Where stages before the head's own end, the last first. At block boundaries, where the network has any. */
export function stageEnds(manifest: ModelManifest, head: string): CutPoint[] {
  const cuts = usableCuts(manifest);
  const at = cuts.findIndex(({ layer }) => layer === head);
  const before = cuts.slice(0, Math.max(0, at)).filter(({ outputShape }) => outputShape.length === 4);
  const boundaries = before.filter(({ blockBoundary }) => blockBoundary);
  const resolution = ({ outputShape }: CutPoint) => `${outputShape[1]} × ${outputShape[2]}`;
  const lastAt = new Map((boundaries.length > 0 ? boundaries : before).map((cut) => [resolution(cut), cut]));
  const own = cuts[at];
  if (own !== undefined && own.outputShape.length === 4) lastAt.delete(resolution(own));
  return [...lastAt.values()].reverse();
}
