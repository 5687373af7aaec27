import type { StrategyCatalogue } from './strategy-catalogue.js';

/**
 * Whether the strategy that made something is still there to be launched: of a package exactly that build, of those that
 * come with Model Zoo the same version.
 */
export function isInstalled(
  made: {
    strategy: string | null;
    strategyVersion: string | null;
    strategyPackage: string | null;
    strategyDigest: string | null;
  },
  catalogue: StrategyCatalogue,
): boolean {
  if (made.strategy === null) return false;
  const isPackage = made.strategyPackage !== null && made.strategyPackage !== 'modelzoo';
  const digest = isPackage ? (made.strategyDigest ?? undefined) : undefined;
  return catalogue.find(made.strategy, made.strategyVersion ?? undefined, digest) !== undefined;
}
