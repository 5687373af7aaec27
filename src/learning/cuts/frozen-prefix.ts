import type { CutPoint, ModelManifest } from '../model-manifest.js';

/** How a network is split into a frozen prefix and layers that train. */
export interface FrozenPrefix {
  /** Cut point up to which nothing trains. */
  frozenUpTo: string;
  /** First layer behind it that has parameters. */
  trainableFrom: string;
}

/**
 * The frozen prefix that leaves a layer, and all that follows it, to be trained: up to the last cut point before it.
 * Of several with the same parameters before them, the one with the smallest tensor, which is what the cache keeps of
 * every picture. A layer inside a block of branches trains with its whole block.
 *
 * @returns undefined where the network cannot be cut before the layer: all of it would train.
 */
export function frozenPrefixBefore(manifest: ModelManifest, layer: string): FrozenPrefix | undefined {
  const positionOf = positions(manifest);
  const position = positionOf.get(layer) ?? 0;
  const before = usableCuts(manifest).filter((cut) => (positionOf.get(cut.layer) ?? 0) < position);
  const last = before.at(-1);
  if (last === undefined) return undefined;
  const equal = before.filter((cut) => cut.parametersBefore === last.parametersBefore);
  const smallest = equal.reduce((best, next) => (sizeOf(next) <= sizeOf(best) ? next : best));
  return prefixUpTo(manifest, smallest);
}

/** The prefix that ends at a cut point. */
export function prefixUpTo(manifest: ModelManifest, { layer }: Pick<CutPoint, 'layer'>): FrozenPrefix {
  const behind = manifest.layers.slice((positions(manifest).get(layer) ?? 0) + 1);
  const first = behind.find(({ parameterCount }) => parameterCount > 0) ?? behind[0];
  return { frozenUpTo: layer, trainableFrom: first?.name ?? layer };
}

/** Whether a layer, or any of those behind it up to the head's, has parameters. */
export function hasParametersFrom({ layers }: ModelManifest, layer: string, head: string): boolean {
  const names = layers.map(({ name }) => name);
  const between = layers.slice(names.indexOf(layer), names.indexOf(head) + 1);
  return between.some(({ parameterCount }) => parameterCount > 0);
}

/** Cut points whose tensor can be kept: a picture's or a vector, with something before it. */
export function usableCuts(manifest: ModelManifest): CutPoint[] {
  return manifest.cutPoints.filter(
    ({ outputShape, parametersBefore }) =>
      parametersBefore > 0 && (outputShape.length === 4 || outputShape.length === 2),
  );
}

const positions = (manifest: ModelManifest): Map<string, number> =>
  new Map(manifest.layers.map(({ name }, position) => [name, position]));

/** At the base's own input size; only compared with others. */
const sizeOf = ({ outputShape }: CutPoint): number =>
  outputShape.reduce<number>((product, length) => product * (length ?? 1), 1);
