import { z } from 'zod';

/** A variable as `docs/configuration.md` lists it. */
export interface DocumentedVariable {
  name: string;
  /** Empty where there is none. */
  default: string;
  description: string;
}

/** Names, defaults and descriptions of variables, in their order. */
export function documentVariables(shape: Record<string, z.ZodType>): DocumentedVariable[] {
  return Object.entries(shape).map(([name, variable]) => {
    const absent =
      variable instanceof z.ZodDefault || variable instanceof z.ZodPrefault ? variable.def.defaultValue : '';
    return { name, default: String(absent), description: variable.description ?? '' };
  });
}
