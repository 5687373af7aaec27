import { z } from 'zod';

const bytesAccepted = 'a byte count such as 1048576, 512MB or 20GB, below 8 PB';

/** A byte count: `1048576`, `512MB`, `20GB` (powers of 1024). */
export const bytes = z
  .string()
  .regex(/^\d+(\.\d+)?\s*([KMGT]B?)?$/i, bytesAccepted)
  .transform((text) => {
    const unit = /[KMGT]/i.exec(text)?.[0].toUpperCase();
    return Math.round(parseFloat(text) * 1024 ** (unit ? 'KMGT'.indexOf(unit) + 1 : 0));
  })
  .refine(Number.isSafeInteger, bytesAccepted);

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number from ${min} to ${max}`);

export const yesOrNo = z.enum(['true', 'false'], 'true or false').transform((text) => text === 'true');

export const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** Any text that is not empty. */
export const text = z.string().min(1);
