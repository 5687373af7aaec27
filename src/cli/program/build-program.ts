import { Command } from 'commander';
import { packageVersion } from '../../package-version.js';
import { addAdvisorCommands } from './advisor-commands.js';
import { addCatalogueCommands } from './catalogue-commands.js';
import { addJobCommands } from './job-commands.js';
import { addPluginCommands } from './plugin-commands.js';
import { addServerCommands } from './server-commands.js';
import { addSweepCommand } from './sweep-command.js';
import { addStrategyCommands } from './strategy-commands.js';

const exitCodeHelp = `
Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 refused, 5 no access,
6 job failed, 7 job cancelled, 8 no server, 130 interrupted.`;

/**
 * The commands of `zoo`. Each one's work is imported when it runs: `zoo --help` loads nothing, and a command that talks to
 * a server never loads one.
 */
export function buildProgram(): Command {
  const program = new Command('zoo')
    .description('A zoo of pretrained models: browse them, adapt them, publish the result.')
    .version(packageVersion)
    .option('--url <url>', 'the zoo to talk to (else ZOO_URL, `zoo login`, or this machine)')
    .option('--token <token>', 'API token to send (else ZOO_TOKEN, or what `zoo login` saved)')
    .option('--json', 'print JSON for programs')
    .option('--verbose', 'show where an error comes from')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', exitCodeHelp)
    .exitOverride();
  addServerCommands(program);
  addCatalogueCommands(program);
  addAdvisorCommands(program);
  addJobCommands(program);
  addSweepCommand(program);
  addPluginCommands(program);
  addStrategyCommands(program);
  return program;
}
