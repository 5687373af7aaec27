import { probeCuts } from 'modelzoo/learning';
import type { FeatureCut, ModelManifest } from 'modelzoo/plugin';

/**
 * Where a head may sit, the deepest first: the last layers of the three coarsest resolutions, of those the ones behind the
 * frozen part.
 */
export function headCuts(
  base: ModelManifest,
  { frozenUpTo, inputSize }: { frozenUpTo?: string | undefined; inputSize?: number | undefined },
): FeatureCut[] {
  const position = (layer: string) => base.layers.findIndex(({ name }) => name === layer);
  const first = frozenUpTo === undefined ? -1 : position(frozenUpTo);
  return probeCuts(base, inputSize).filter(({ layer }) => position(layer) > first);
}
