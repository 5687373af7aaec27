import { test } from 'vitest';

/**
 * Says that a suite cannot run on this machine and what would run it. On a build server (`CI=true`), which must
 * have everything, that is a failure.
 */
export function leaveOut(suite: string, remedy: string): void {
  const message = `LEFT OUT: ${suite}. To run it, ${remedy}`;
  if (process.env.CI === 'true') {
    test(suite, () => {
      throw new Error(`${message} With CI=true nothing may be left out.`);
    });
    return;
  }
  process.stderr.write(`${message}\n`);
  test.skip(message, () => undefined);
}
