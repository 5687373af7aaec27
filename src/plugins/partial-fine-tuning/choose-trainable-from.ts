import type { CutPoint, ModelManifest } from '../../learning/model-manifest.js';
import type { LinearProbe } from '../contract.js';
import { prefixUpTo, usableCuts, type FrozenPrefix } from '../fine-tuning/frozen-prefix.js';

/** From this many training pictures on, more layers train. */
const manyPictures = 2000;

/** A choice with its reason, for the log. */
export interface ChosenPrefix extends FrozenPrefix {
  reason: string;
}

/**
 * Chooses where training begins, in stages: the layers between two halvings of the picture. One stage trains; one more
 * where there are many pictures, since they can carry more parameters without being learnt by heart; one more where a
 * middle layer's features serve better than the last one's by more than a standard error, a sign that the late layers
 * are specialised in something else and must be learnt anew.
 *
 * @param probes of the frozen network, the deepest first.
 * @see Yosinski et al., "How transferable are features in deep neural networks?", 2014: specialisation by depth
 * @see Stanford CS231n, "Transfer Learning": by size of the data and similarity to what the network was trained on
 */
export function chooseTrainableFrom(
  manifest: ModelManifest,
  head: string,
  trainCount: number,
  probes: readonly LinearProbe[],
): ChosenPrefix | undefined {
  const ends = stageEnds(manifest, head);
  const isLarge = trainCount >= manyPictures;
  const isDifferent = middleServesBetter(probes);
  const stages = 1 + (isLarge ? 1 : 0) + (isDifferent ? 1 : 0);
  const end = ends[Math.min(stages, ends.length) - 1];
  if (end === undefined) return undefined;
  const reason =
    `${isLarge ? 'many' : 'few'} pictures (${trainCount}), and ` +
    (isDifferent
      ? 'features of a middle layer serve better than the last one’s'
      : 'the last layer’s features serve as well as any');
  return { ...prefixUpTo(manifest, end), reason };
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

function middleServesBetter(probes: readonly LinearProbe[]): boolean {
  const [deepest, ...others] = probes.map(({ crossValidated }) => crossValidated);
  if (deepest === undefined || deepest === null) return false;
  return others.some(
    (other) =>
      other !== null &&
      other.accuracy > deepest.accuracy + Math.max(other.standardError, deepest.standardError),
  );
}
