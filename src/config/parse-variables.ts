import { z } from 'zod';
import { ZooError } from '../errors.js';

export type Environment = Record<string, string | undefined>;

/**
 * Reads variables out of an environment. An empty one counts as not set, as Compose files leave them.
 *
 * @param checkTogether what is wrong with several variables at once, a line each
 * @throws ZooError CONFIG_INVALID naming every variable that is wrong, its value and what is accepted
 */
export function parseVariables<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Environment,
  checkTogether: (given: Environment) => string[] = () => [],
): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.keys(shape)
      .filter((name) => environment[name] !== undefined && environment[name] !== '')
      .map((name) => [name, environment[name]]),
  );
  const parsed = z.object(shape).safeParse(given);
  const together = checkTogether(given);
  if (parsed.success && together.length === 0) return parsed.data;
  const each = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return `${name} is ${describeValue(name, given[name])}; accepted: ${issue.message}.`;
  });
  throw new ZooError('CONFIG_INVALID', [...each, ...together].join('\n'));
}

/** Secrets, and what stands before the host of a URL, are not echoed. */
function describeValue(name: string, value: string | undefined): string {
  if (/TOKEN|SECRET|KEY|DATABASE_URL/.test(name)) return 'not accepted (value hidden)';
  return JSON.stringify(value?.replace(/\/\/[^/]*@/, '//…@'));
}
