/** Why a strategy does not pass a check of the conformance kit: what was expected, what happened, and how to mend it. */
export class ConformanceError extends Error {
  override name = 'ConformanceError';

  constructor(
    readonly expected: string,
    readonly happened: string,
    readonly fix: string,
    options: { cause?: unknown } = {},
  ) {
    super(`Expected: ${expected}\nHappened: ${happened}\nTo fix it: ${fix}`, options);
  }
}

/** An error in one line, with its code where it has one. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? `${code}: ${error.message}` : `${error.name}: ${error.message}`;
}
