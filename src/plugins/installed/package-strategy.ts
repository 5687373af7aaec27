import type { StrategyAnnouncement } from '../announce.js';
import type { Inspectors } from '../packages/inspect/inspectors.js';
import type { StrategyPackage } from '../packages/read-package.js';
import type { InstalledStrategy } from './installed-strategies.js';

/** A strategy of a package: it is known by its description, and answers from the inspector's process. */
export function packageStrategy(
  announcement: StrategyAnnouncement,
  found: StrategyPackage,
  inspectors: Inspectors,
): InstalledStrategy {
  return {
    announcement,
    origin: found.origin,
    validate: (raw) => inspectors.validate(found, raw),
    check: (base, data, parameters) => inspectors.check(found, base, data, parameters),
  };
}
