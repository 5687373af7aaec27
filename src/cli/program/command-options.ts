import { InvalidArgumentError, type Command } from 'commander';
import { assumeProduction } from '../../config.js';
import { commandContext, type CommandContext, type GlobalFlags } from '../command-context.js';
import { createOutput, type Output } from '../output/output.js';

/** An action of a command that talks to a zoo. Commander hands over arguments, flags and the command itself. */
export function inContext<Arguments extends unknown[], Flags = object>(
  action: (context: CommandContext, args: Arguments, flags: Flags) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const flags = command.optsWithGlobals() as Flags;
    await action(await commandContext(command), command.processedArgs as Arguments, flags);
  };
}

/** An action of a command that runs on the server's side. */
export function onServer<Arguments extends unknown[], Flags = object>(
  action: (output: Output, args: Arguments, flags: Flags) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const flags = command.optsWithGlobals<GlobalFlags>();
    assumeProduction();
    await action(createOutput(flags.json ?? false), command.processedArgs as Arguments, flags as Flags);
  };
}

/** For options that may be repeated. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number.');
  return value;
}

export function withServerFlags(command: Command): Command {
  return command.option(
    '--data-dir <folder>',
    'folder of the embedded database, store and caches (ZOO_DATA_DIR)',
  );
}

export function withPublishFlags(command: Command): Command {
  return command
    .option('--license <license>', 'licence, where the card says none')
    .option('--tag <tag>', 'tag, where the card says none; may be repeated', collect, [])
    .option('--public', 'let everyone see it, when it is made');
}
