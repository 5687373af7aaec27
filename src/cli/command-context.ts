import type { Command } from 'commander';
import { resolveConnection, type Connection } from './client/connection.js';
import { createOutput, type Output } from './output/output.js';

/** Flags that every command takes. */
export interface GlobalFlags {
  url?: string;
  token?: string;
  json?: boolean;
  verbose?: boolean;
}

/** What a command that talks to a zoo is given. */
export interface CommandContext {
  connection: Connection;
  output: Output;
}

/** Settles connection and output from the flags of a command. */
export async function commandContext(command: Command): Promise<CommandContext> {
  const flags = command.optsWithGlobals<GlobalFlags>();
  return { connection: await resolveConnection(flags), output: createOutput(flags.json ?? false) };
}
