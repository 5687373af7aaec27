/**
 * Whether a value is an object schema of zod 4, from whichever copy of it: a package may have brought its own, whose classes
 * are others than ours.
 */
export function isObjectSchema(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const schema = value as { _zod?: { def?: { type?: unknown } }; strict?: unknown; safeParse?: unknown };
  return (
    schema._zod?.def?.type === 'object' &&
    typeof schema.strict === 'function' &&
    typeof schema.safeParse === 'function'
  );
}
