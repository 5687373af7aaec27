import { canonicalJson } from '../../canonical-json.js';
import { hashBytes } from '../../learning/sha256.js';
import { compareVersions } from '../packages/compare-versions.js';
import type { InstalledStrategies, InstalledStrategy, RefusedPackage } from './installed-strategies.js';

/**
 * Puts strategies together that may be launched from here. A name belongs to the package that comes first; another package
 * with the same name is refused, while versions of one package stand beside each other.
 *
 * @param candidates built-ins first, then packages in the order they were added
 */
export function assembleStrategies(
  candidates: readonly { source: string; strategy: InstalledStrategy }[],
  refusedBefore: readonly RefusedPackage[],
): InstalledStrategies {
  const owners = new Map<string, string>();
  const builds = new Map<string, InstalledStrategy>();
  const refused = [...refusedBefore];
  for (const { source, strategy } of candidates) {
    const { name, package: from } = strategy.announcement;
    const owner = owners.get(name) ?? from.name;
    if (owner !== from.name) {
      const reason = `Its strategy ${name} has the name of ${nameOwner(owner)}. Give it a name of its own.`;
      refused.push({ source, code: 'PLUGIN_NAME_TAKEN', reason });
      continue;
    }
    owners.set(name, owner);
    // One build that is both added and listed counts once.
    const key = JSON.stringify([name, from.version, from.digest]);
    if (!builds.has(key)) builds.set(key, strategy);
  }
  const all = [...builds.values()].sort(byNameThenNewest);
  return {
    all,
    refused,
    find: (name, version, digest) =>
      all.find(
        ({ announcement }) =>
          announcement.name === name &&
          (version === undefined || announcement.version === version) &&
          (digest === undefined || announcement.package.digest === digest),
      ),
    revision: hashBytes(canonicalJson([all.map(({ announcement }) => announcement), refused])),
  };
}

function byNameThenNewest({ announcement: a }: InstalledStrategy, { announcement: b }: InstalledStrategy) {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return compareVersions(b.version, a.version) || compareVersions(b.package.version, a.package.version);
}

/** Whose strategy it is, in words. @param owner name of its package */
export const nameOwner = (owner: string): string =>
  owner === 'modelzoo' ? 'one that comes with Model Zoo' : `one of ${owner}`;
