import type { z } from 'zod';
import { url, wholeNumber } from './variable-kinds.js';

/** Which database holds the catalogue. */
export const databaseVariables = {
  DATABASE_URL: url('postgres:', 'postgresql:')
    .optional()
    .describe('PostgreSQL to use instead of the embedded database'),
  DATABASE_POOL_SIZE: wholeNumber(1, 200)
    .prefault('10')
    .describe('connections to PostgreSQL a process keeps at most'),
  DATABASE_STATEMENT_TIMEOUT_SECONDS: wholeNumber(0, 86_400)
    .prefault('60')
    .describe('seconds after which a statement is given up; 0 never'),
};

/** Undefined url: the embedded database in the data folder. */
export interface DatabaseConfig {
  readonly url: string | undefined;
  readonly poolSize: number;
  /** 0: never. */
  readonly statementTimeoutMs: number;
}

export function databaseConfig(value: z.output<z.ZodObject<typeof databaseVariables>>): DatabaseConfig {
  return {
    url: value.DATABASE_URL,
    poolSize: value.DATABASE_POOL_SIZE,
    statementTimeoutMs: value.DATABASE_STATEMENT_TIMEOUT_SECONDS * 1000,
  };
}
