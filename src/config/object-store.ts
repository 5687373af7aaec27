import { z } from 'zod';
import type { Environment } from './parse-variables.js';
import { text, url } from './variable-kinds.js';

/** Where blobs lie. */
export const objectStoreVariables = {
  S3_ENDPOINT: url('http:', 'https:').optional().describe('S3 server to use instead of the local store'),
  S3_PUBLIC_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe('S3 address that clients can reach, for download redirects'),
  S3_REGION: text.default('us-east-1').describe('S3 region'),
  S3_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      '3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit',
    )
    .default('modelzoo')
    .describe('S3 bucket; created if it is not there'),
  S3_ACCESS_KEY_ID: text.optional().describe('S3 access key'),
  S3_SECRET_ACCESS_KEY: text.optional().describe('S3 secret key'),
};

export interface S3Config {
  readonly endpoint: string;
  readonly publicEndpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export function s3Config(value: z.output<z.ZodObject<typeof objectStoreVariables>>): S3Config | undefined {
  const {
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = value;
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return {
    endpoint,
    publicEndpoint: value.S3_PUBLIC_ENDPOINT,
    region: value.S3_REGION,
    bucket: value.S3_BUCKET,
    accessKeyId,
    secretAccessKey,
  };
}

/** An S3 store needs all three of these; some of them without the others is a slip, not a wish for the local store. */
export function halfAnS3Store(given: Environment): string[] {
  const needed = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];
  const [set, missing] = [true, false].map((wanted) => needed.filter((name) => name in given === wanted));
  if (set?.length === 0 || missing?.length === 0) return [];
  return [
    `${missing?.join(' and ')} is not set, but ${set?.join(' and ')} is; accepted: all three, or none for the local store.`,
  ];
}
