/** Which build of which package a strategy comes from. Two strategies with one identity are the same code. */
export interface PackageIdentity {
  /** Name in the registry; `modelzoo` for a built-in. */
  name: string;
  version: string;
  /**
   * SHA-256, hexadecimal, over the package's own files, node_modules left out. Of a built-in: over the canonical JSON of
   * what it announces.
   */
  digest: string;
}

/** Where a strategy is imported from. */
export type StrategyOrigin =
  | { kind: 'built-in' }
  | {
      kind: 'package';
      /** Absolute folder with package.json. */
      folder: string;
      /** Module to import, absolute. */
      entry: string;
      identity: PackageIdentity;
    };
