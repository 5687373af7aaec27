import type { z } from 'zod';
import { ZooError, type Problem } from '../errors.js';

/**
 * Checks what a client sent against a schema and reports every problem at once.
 *
 * @throws ZooError INPUT_INVALID with `details.problems`.
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidInput(
    parsed.error.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message })),
  );
}

/** An INPUT_INVALID that names all of `problems`. */
export function invalidInput(problems: Problem[]): ZooError {
  const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new ZooError('INPUT_INVALID', lines.join('\n'), { problems });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}
