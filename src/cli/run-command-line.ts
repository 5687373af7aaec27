import { CommanderError } from 'commander';
import { ZooError, type Problem } from '../errors.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { printable } from './output/printable.js';
import { buildProgram } from './program/build-program.js';

/** Runs `zoo` with the given arguments and returns its exit code. Everything a command throws ends here, in words. */
export async function runCommandLine(args: string[]): Promise<number> {
  process.stdout.on('error', ignoreClosedPipe);
  const program = buildProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    return report(error, args);
  }
}

/** A reader that has seen enough, as `head` does, closes the pipe. The command goes on to its end unheard. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function report(error: unknown, args: string[]): number {
  // Commander has written help, version or its complaint by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const json = args.includes('--json');
  const known = error instanceof ZooError;
  const code = known ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  const problems =
    known && Array.isArray(error.details['problems']) ? (error.details['problems'] as Problem[]) : [];
  if (json) process.stderr.write(`${JSON.stringify({ error: { code, message, problems } })}\n`);
  else
    process.stderr.write(
      `${printable([`${code}: ${message}`, ...problems.map(describeProblem(message))].filter(Boolean).join('\n'))}\n`,
    );
  if (!json && code === 'UNAUTHENTICATED')
    process.stderr.write('`zoo login` saves a token for later commands.\n');
  if (args.includes('--verbose') && error instanceof Error)
    process.stderr.write(`${printable(stackOf(error))}\n`);
  else if (!known) process.stderr.write('This is a fault of the command line; --verbose shows where.\n');
  return exitCodeOf(error);
}

/** A problem on its own line, unless the message says it already. */
function describeProblem(message: string): (problem: Problem) => string {
  return ({ path, message: problem }) =>
    message.includes(problem) ? '' : `  ${path ? `${path}: ` : ''}${problem}`;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
