import type { z } from 'zod';
import { bytes } from './variable-kinds.js';

/** How much may be written. */
export const limitVariables = {
  ZOO_MAX_UPLOAD_BYTES: bytes.prefault('20GB').describe('largest single upload'),
  ZOO_MIN_FREE_DISK_BYTES: bytes.prefault('1GB').describe('free space below which writes are refused'),
};

export interface LimitsConfig {
  readonly maxUploadBytes: number;
  readonly minFreeDiskBytes: number;
}

export function limitsConfig(value: z.output<z.ZodObject<typeof limitVariables>>): LimitsConfig {
  return { maxUploadBytes: value.ZOO_MAX_UPLOAD_BYTES, minFreeDiskBytes: value.ZOO_MIN_FREE_DISK_BYTES };
}
