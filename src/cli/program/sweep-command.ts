import { Option, type Command } from 'commander';
import type { SweepFlags } from '../commands/sweep.js';
import { collect, inContext, wholeNumber } from './command-options.js';

/** The command that tries several ways at once. */
export function addSweepCommand(program: Command): void {
  program
    .command('sweep')
    .description(
      'try several models and strategies on one data set, compare them and publish the best or all',
    )
    .argument('<dataset>', 'pictures to adapt them to, owner/name[@revision]')
    .option('--models <models>', 'models to adapt, separated by commas, owner/name[@revision]', collect, [])
    .option(
      '--strategies <strategies>',
      'how, separated by commas, name[@version][:parameter=value…]; each model is tried with each',
      collect,
      [],
    )
    .option('--advice <id>', 'also try the first lines of an advice')
    .option('--top <count>', 'how many lines of it; 5 when left out', wholeNumber)
    .requiredOption(
      '--name <model>',
      'owner/name that receives what is published; it is made when it is not there',
    )
    .addOption(
      new Option('--publish <which>', 'the best by validation, or every fitted one')
        .choices(['best', 'all'])
        .default('best'),
    )
    .option('--seed <number>', 'makes everything random repeatable', wholeNumber)
    .option('--message <text>', 'what is new in these versions')
    .option('--idempotency-key <key>', 'launching twice with one key gives one job')
    .option('--public', 'let everyone see the model, when it is made')
    .option('--detach', 'return at once instead of watching')
    .action(
      inContext<[string], SweepFlags>(async (context, [dataset], flags) => {
        const { sweep } = await import('../commands/sweep.js');
        await sweep(context, dataset, flags);
      }),
    );
}
