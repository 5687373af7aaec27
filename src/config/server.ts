import { z } from 'zod';
import { text, url, wholeNumber, yesOrNo } from './variable-kinds.js';

/** Where the server keeps what it has, where it listens, and who may read. */
export const serverVariables = {
  ZOO_DATA_DIR: text
    .default('zoo-data')
    .describe('folder of the embedded database, the local store and caches'),
  ZOO_HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'a host name or an IP address, without port or protocol')
    .default('127.0.0.1')
    .describe('address to listen on; 0.0.0.0 opens the zoo to the network'),
  ZOO_PORT: wholeNumber(0, 65535).prefault('4000').describe('port to listen on; 0 picks a free one'),
  ZOO_PUBLIC_URL: url('http:', 'https:').optional().describe('address under which others reach this server'),
  ZOO_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'fatal, error, warn, info, debug or silent')
    .default('info')
    .describe('least severe log line written'),
  ZOO_ADMIN_TOKEN: z
    .string()
    .min(32, 'at least 32 characters')
    .optional()
    .describe('admin token to use instead of one printed at first start'),
  ZOO_ANONYMOUS_READ: yesOrNo
    .prefault('true')
    .describe('whether public models and data sets can be read without a token'),
};

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
}

export interface AccessConfig {
  readonly adminToken: string | undefined;
  readonly anonymousRead: boolean;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';

type Value = z.output<z.ZodObject<typeof serverVariables>>;

export function httpConfig(value: Value): HttpConfig {
  return { host: value.ZOO_HOST, port: value.ZOO_PORT, publicUrl: value.ZOO_PUBLIC_URL };
}

export function accessConfig(value: Value): AccessConfig {
  return { adminToken: value.ZOO_ADMIN_TOKEN, anonymousRead: value.ZOO_ANONYMOUS_READ };
}
