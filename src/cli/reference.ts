import { ZooError } from '../errors.js';

/** `owner/name`, with an optional `@revision`: a version's number, an alias, or `latest`. */
export interface Reference {
  owner: string;
  name: string;
  revision: string;
}

const pattern =
  /^(?<owner>[a-z0-9][a-z0-9._-]*)\/(?<name>[a-z0-9][a-z0-9._-]*)(?:@(?<revision>[a-z0-9][a-z0-9._-]*))?$/;

/**
 * Reads `owner/name[@revision]`; without a revision the newest version is meant.
 *
 * @throws ZooError USAGE
 */
export function parseReference(text: string): Reference {
  const { owner, name, revision } = pattern.exec(text)?.groups ?? {};
  if (owner === undefined || name === undefined) {
    throw new ZooError(
      'USAGE',
      `"${text}" is not a reference; expected owner/name or owner/name@revision, in lower case.`,
    );
  }
  return { owner, name, revision: revision ?? 'latest' };
}

/** `owner/name` alone, where a revision makes no sense. @throws ZooError USAGE */
export function parseName(text: string): { owner: string; name: string } {
  const { owner, name, revision } = parseReference(text);
  if (revision !== 'latest') {
    throw new ZooError('USAGE', `"${text}" names a revision; expected owner/name alone.`);
  }
  return { owner, name };
}

/** A strategy as people name it: `name` or `name@version`. */
export interface StrategyReference {
  name: string;
  /** Left out: the newest there is. */
  version: string | undefined;
}

/** Reads `name[@version]`. @throws ZooError USAGE */
export function parseStrategy(text: string): StrategyReference {
  const { name, version } = /^(?<name>[a-z0-9-]+)(?:@(?<version>[0-9A-Za-z.+-]+))?$/.exec(text)?.groups ?? {};
  if (name === undefined) {
    throw new ZooError(
      'USAGE',
      `"${text}" is not a strategy; expected name or name@version, such as full-retraining@1.0.0.`,
    );
  }
  return { name, version };
}
