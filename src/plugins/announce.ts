import { z } from 'zod';
import type { Strategy } from './contract.js';

/** A strategy as data: all that someone needs to list it, show a form for it and validate what comes back. */
export interface StrategyAnnouncement {
  name: string;
  version: string;
  summary: string;
  /** JSON Schema 2020-12 of the parameters as a caller sends them, with descriptions and defaults. */
  parametersSchema: Record<string, unknown>;
  needs: { tasks: string[]; formats: string[]; gpu: 'none' | 'optional' | 'required' };
}

/** Describes a strategy as data, for workers to announce and the API to list. */
export function announce(strategy: Strategy): StrategyAnnouncement {
  return {
    name: strategy.name,
    version: strategy.version,
    summary: strategy.summary,
    parametersSchema: parametersSchema(strategy),
    needs: structuredClone(strategy.needs),
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
  });
  return { $schema, title: strategy.name, ...schema };
}
