import { Option, type Command } from 'commander';
import type { FineTuneFlags } from '../commands/fine-tune.js';
import type { JobsFlags } from '../commands/jobs.js';
import { collect, inContext, wholeNumber } from './command-options.js';

/** Commands that launch and follow jobs. */
export function addJobCommands(program: Command): void {
  program
    .command('fine-tune')
    .description('adapt a model to a data set and publish the result')
    .option('--base <model>', 'model to adapt, owner/name[@revision]')
    .option('--dataset <dataset>', 'pictures to adapt it to, owner/name[@revision]')
    .option(
      '--advice <advice>',
      'launch a line of an advice, by its id; instead of model, pictures and strategy',
    )
    .option('--rank <rank>', 'which line of the advice; 1 by default', wholeNumber)
    .requiredOption('--name <model>', 'owner/name that receives the result; it is made when it is not there')
    .option(
      '--strategy <strategy>',
      'how, name[@version]; `zoo strategies` lists them; feature-extraction-svm by default',
    )
    .option('--set <parameter=value>', 'a parameter of the strategy; may be repeated', collect, [])
    .option('--seed <number>', 'makes everything random repeatable', wholeNumber)
    .option('--message <text>', 'what is new in this version')
    .option('--idempotency-key <key>', 'launching twice with one key gives one job')
    .option('--public', 'let everyone see the model, when it is made')
    .option('--detach', 'return at once instead of watching')
    .action(
      inContext<[], FineTuneFlags>(async (context, _args, flags) => {
        const { fineTune } = await import('../commands/fine-tune.js');
        await fineTune(context, flags);
      }),
    );
  program
    .command('strategies')
    .description('list strategies, or show one with its parameters')
    .argument('[strategy]', 'name or name@version')
    .action(
      inContext<[string | undefined]>(async (context, [strategy]) => {
        const { strategies } = await import('../commands/strategies.js');
        await strategies(context, strategy);
      }),
    );
  program
    .command('watch')
    .description('follow a job until it ends; Ctrl-C stops following, not the job')
    .argument('<job>', 'id of the job')
    .action(
      inContext<[string]>(async (context, [job]) => {
        const { watch } = await import('../commands/watch.js');
        await watch(context, job);
      }),
    );
  program
    .command('jobs')
    .description('list jobs, newest first')
    .addOption(
      new Option('--state <state>', 'only these').choices([
        'queued',
        'running',
        'completed',
        'failed',
        'cancelled',
      ]),
    )
    .option('--limit <count>', 'how many', wholeNumber, 20)
    .action(
      inContext<[], JobsFlags>(async (context, _args, flags) => {
        const { listJobs } = await import('../commands/jobs.js');
        await listJobs(context, flags);
      }),
    );
  program
    .command('cancel')
    .description('cancel a job')
    .argument('<job>', 'id of the job')
    .action(
      inContext<[string]>(async (context, [job]) => {
        const { cancel } = await import('../commands/cancel.js');
        await cancel(context, job);
      }),
    );
}
