import type { Command } from 'commander';
import type { ServerFlags } from '../commands/server-flags.js';
import { onServer, withServerFlags } from './command-options.js';

/** Commands that install and remove strategy packages, on the machine of a server or worker. */
export function addPluginCommands(program: Command): void {
  const plugin = program
    .command('plugin')
    .description('strategies from packages: add, list, check and remove them');
  withServerFlags(plugin.command('add').description('install a strategy package'))
    .argument('<package>', 'name[@range] in the npm registry, a tarball, or a folder')
    .action(
      onServer<[string], ServerFlags>(async (output, [source], flags) => {
        const { addPlugin } = await import('../commands/plugin-add.js');
        await addPlugin(output, source, flags);
      }),
    );
  withServerFlags(
    plugin.command('list').description('list strategies and the packages they come from'),
  ).action(
    onServer<[], ServerFlags>(async (output, _args, flags) => {
      const { listPlugins } = await import('../commands/plugin-list.js');
      await listPlugins(output, flags);
    }),
  );
  withServerFlags(
    plugin.command('check').description('say everything that is wrong with a package, and add nothing'),
  )
    .argument('[package]', 'as `add` takes it; without it, every package that is installed')
    .action(
      onServer<[string | undefined], ServerFlags>(async (output, [source], flags) => {
        const { checkPlugin } = await import('../commands/plugin-check.js');
        await checkPlugin(output, source, flags);
      }),
    );
  withServerFlags(plugin.command('remove').description('remove a strategy package, or one version of it'))
    .argument('<package>', 'name or name@version')
    .action(
      onServer<[string], ServerFlags>(async (output, [name], flags) => {
        const { removePlugin } = await import('../commands/plugin-remove.js');
        await removePlugin(output, name, flags);
      }),
    );
}
