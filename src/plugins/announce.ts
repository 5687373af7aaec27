import { z } from 'zod';
import { canonicalJson } from '../canonical-json.js';
import { hashBytes } from '../learning/sha256.js';
import { packageVersion } from '../package-version.js';
import type { Strategy, StrategyNeeds } from './contract.js';
import { contractVersion } from './contract/contract-version.js';
import type { PackageIdentity } from './packages/strategy-package.js';

/** A strategy as data: all that someone needs to list it, show a form for it and validate what comes back. */
export interface StrategyAnnouncement {
  name: string;
  version: string;
  summary: string;
  /** JSON Schema 2020-12 of the parameters as a caller sends them, with descriptions and defaults. */
  parametersSchema: Record<string, unknown>;
  needs: StrategyNeeds;
  /** Whether it says what would come of a job without training. */
  estimates: boolean;
  /** Where it comes from. */
  package: PackageIdentity;
  /** Version of the contract it is written for, `1.0`. */
  contract: string;
}

/**
 * Describes a strategy as data, for workers to announce and the API to list.
 *
 * @param from its package; left out: it is a built-in
 */
export function announce(
  strategy: Strategy,
  from?: Pick<StrategyAnnouncement, 'package' | 'contract'>,
): StrategyAnnouncement {
  const description = {
    name: strategy.name,
    version: strategy.version,
    summary: strategy.summary,
    parametersSchema: parametersSchema(strategy),
    needs: announcedNeeds(strategy.needs),
    estimates: strategy.estimate !== undefined,
    contract: contractVersion,
  };
  if (from !== undefined) return { ...description, ...from };
  const digest = hashBytes(canonicalJson(description));
  return { ...description, package: { name: 'modelzoo', version: packageVersion, digest } };
}

/** What the contract has, and nothing else that a package may have put there. */
function announcedNeeds({ tasks, formats, gpu, memoryBytes }: StrategyNeeds): StrategyNeeds {
  return {
    tasks: [...tasks],
    formats: [...formats],
    gpu,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  };
}

/**
 * The JSON Schema of a strategy's parameters, from its Zod schema. Parameters it does not know are refused, so that a
 * misspelt name is an error and not a silent default.
 */
export function parametersSchema(strategy: Strategy): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(strategy.parameters.strict(), {
    target: 'draft-2020-12',
    io: 'input',
    metadata: ownMetadata,
  });
  return { $schema, title: strategy.name, ...schema };
}

/** Titles and descriptions as each schema itself gives them: a package may have a copy of zod with a registry of its own. */
const ownMetadata = {
  get: (schema: z.core.$ZodType) =>
    'meta' in schema && typeof schema.meta === 'function'
      ? (schema as z.ZodType).meta()
      : z.globalRegistry.get(schema),
} as unknown as typeof z.globalRegistry;
