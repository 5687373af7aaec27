import { Option, type Command } from 'commander';
import type { StrategyNewFlags } from '../commands/strategy-new.js';
import type { StrategyRunFlags } from '../commands/strategy-run.js';
import { collect, inContext, onServer, wholeNumber } from './command-options.js';

/** Commands for those who write strategies. */
export function addStrategyCommands(program: Command): void {
  const strategy = program.command('strategy').description('write and try a strategy of your own');
  strategy
    .command('new')
    .description('write a package with a small strategy that works, to begin with')
    .argument('<name>', 'lower-case words joined by dashes')
    .option('--directory <folder>', 'where to; a folder of that name by default')
    .option(
      '--package <name>',
      'name of the npm package, with a scope if you like; that of the strategy by default',
    )
    .addOption(
      new Option('--license <license>', 'under which licence')
        .choices(['Apache-2.0', 'MIT', 'UNLICENSED'])
        .default('Apache-2.0'),
    )
    .option(
      '--modelzoo <source>',
      'version, tarball or folder of modelzoo to develop with; this version by default',
    )
    .action(
      onServer<[string], StrategyNewFlags>(async (output, [name], flags) => {
        const { newStrategy } = await import('../commands/strategy-new.js');
        await newStrategy(output, name, flags);
      }),
    );
  strategy
    .command('run')
    .description('fit and evaluate a strategy on this machine, without a server')
    .argument('<strategy>', 'folder or tarball of a strategy package, or name of an installed strategy')
    .requiredOption(
      '--base <model>',
      'folder of a tfjs-layers model, or owner/name[@revision] of one in a zoo',
    )
    .requiredOption(
      '--data <pictures>',
      'folder or archive of pictures, or owner/name[@revision] of a data set in a zoo',
    )
    .option('--set <parameter=value>', 'a parameter of the strategy; may be repeated', collect, [])
    .option('--seed <number>', 'makes everything random repeatable', wholeNumber, 1)
    .option('--out <folder>', 'keep the files of the version that was made')
    .action(
      inContext<[string], StrategyRunFlags>(async (context, [source], flags) => {
        const { runStrategyHere } = await import('../commands/strategy-run.js');
        await runStrategyHere(context, source, flags);
      }),
    );
}
