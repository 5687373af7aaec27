import { InvalidArgumentError, type Command } from 'commander';
import type { AdviseFlags } from '../commands/advise.js';
import type { EstimateFlags } from '../commands/estimate.js';
import { collect, inContext, wholeNumber } from './command-options.js';

/** Commands that say what to launch, and what a launch would come to. */
export function addAdvisorCommands(program: Command): void {
  program
    .command('advise')
    .description('say which model to adapt to a data set, and how, by measuring')
    .argument('<dataset>', 'pictures that a model is wanted for, owner/name[@revision]')
    .option(
      '--models <models>',
      'only these, owner/name[@revision] joined by commas; else every model that you can see',
      collect,
      [],
    )
    .option('--budget <time>', 'time that measuring may take, such as 90s or 2m; 2m by default', seconds)
    .option('--seed <number>', 'which pictures come first depends on it', wholeNumber)
    .option('--idempotency-key <key>', 'asking twice with one key gives one job')
    .option('--last', 'measure nothing: show your newest advice on it, and what came of it')
    .option('--detach', 'return at once instead of watching')
    .action(
      inContext<[string], AdviseFlags>(async (context, [dataset], flags) => {
        const { advise } = await import('../commands/advise.js');
        await advise(context, dataset, flags);
      }),
    );
  program
    .command('estimate')
    .description('say what a fine-tune would cost and come to, and launch nothing')
    .requiredOption('--base <model>', 'model to adapt, owner/name[@revision]')
    .requiredOption('--dataset <dataset>', 'pictures to adapt it to, owner/name[@revision]')
    .option('--strategy <strategy>', 'how, name[@version]', 'feature-extraction-svm')
    .option('--set <parameter=value>', 'a parameter of the strategy; may be repeated', collect, [])
    .action(
      inContext<[], EstimateFlags>(async (context, _args, flags) => {
        const { estimate } = await import('../commands/estimate.js');
        await estimate(context, flags);
      }),
    );
}

const secondsOf: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, min: 60, h: 3600 };

/** `90`, `90s`, `2m`, `1h` as seconds. */
function seconds(text: string): number {
  const { count, unit = '' } = /^(?<count>\d+)(?<unit>s|m|min|h)?$/.exec(text)?.groups ?? {};
  if (count === undefined) throw new InvalidArgumentError('expected a time such as 90s, 2m or 1h.');
  return Number(count) * (secondsOf[unit] ?? 1);
}
