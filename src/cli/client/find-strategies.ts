import { ZooError } from '../../errors.js';
import type { StrategyReference } from '../reference.js';
import type { Connection } from './connection.js';
import { graphqlRequest } from './graphql-request.js';

/** A strategy as the server lists it. */
export interface ListedStrategy {
  name: string;
  version: string;
  summary: string;
  source: 'BUILT_IN' | 'PACKAGE';
  contract: string;
  estimates: boolean;
  workerCount: number;
  package: { name: string; version: string; digest: string };
  needs: {
    tasks: string[];
    formats: string[];
    gpu: 'NONE' | 'OPTIONAL' | 'REQUIRED';
    memoryBytes: number | null;
  };
  parametersSchema: Record<string, unknown>;
  versions: { version: string; workerCount: number; package: { digest: string } }[];
}

const selection = `
  name version summary source contract estimates workerCount package { name version digest }
  needs { tasks formats gpu memoryBytes } parametersSchema versions { version workerCount package { digest } }`;

/** Every strategy that can be launched, by name. */
export async function listStrategies(connection: Connection): Promise<ListedStrategy[]> {
  const { strategies } = await graphqlRequest<{ strategies: ListedStrategy[] }>(
    connection,
    `query Strategies { strategies { ${selection} } }`,
  );
  return strategies;
}

/** One strategy. @throws ZooError NOT_FOUND that names those there are */
export async function requireStrategy(
  connection: Connection,
  { name, version }: StrategyReference,
): Promise<ListedStrategy> {
  const { strategy, strategies } = await graphqlRequest<{
    strategy: ListedStrategy | null;
    strategies: { name: string; versions: { version: string }[] }[];
  }>(
    connection,
    `query Strategy($name: String!, $version: String) {
      strategy(name: $name, version: $version) { ${selection} }
      strategies { name versions { version } }
    }`,
    { name, version },
  );
  if (strategy !== null) return strategy;
  const sameName = strategies.find((candidate) => candidate.name === name);
  throw new ZooError(
    'NOT_FOUND',
    sameName === undefined
      ? `There is no strategy "${name}"; there are: ${strategies.map((known) => known.name).join(', ')}.`
      : `There is no ${name} ${version ?? ''}; there are: ${sameName.versions.map((known) => known.version).join(', ')}.`,
  );
}
