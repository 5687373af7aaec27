import type { StrategyPackageType } from './strategy.type.js';

/** The package of a strategy as the rows of jobs and lineage steps keep it; null in rows from before packages. */
export function packageOf(row: {
  strategyPackage: string | null;
  strategyPackageVersion: string | null;
  strategyDigest: string | null;
}): StrategyPackageType | null {
  const { strategyPackage: name, strategyPackageVersion: version, strategyDigest: digest } = row;
  return name === null || version === null || digest === null ? null : { name, version, digest };
}
