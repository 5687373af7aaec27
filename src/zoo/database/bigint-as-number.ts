import type { ValueTransformer } from 'typeorm';

/** Byte and parameter counts fit a double exactly (below 2^53); pg hands bigints over as text. */
export const bigintAsNumber: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
