import { Argument, type Command } from 'commander';
import type { DemoFlags } from '../commands/demo.js';
import type { ServerFlags } from '../commands/server-flags.js';
import { onServer, wholeNumber, withServerFlags } from './command-options.js';

/** Commands that run a server or a part of one on this machine. */
export function addServerCommands(program: Command): void {
  withServerFlags(
    program.command('serve').description('run the server (and, by default, a worker inside it)'),
  )
    .option('--host <address>', 'address to listen on (ZOO_HOST)')
    .option('--port <port>', 'port to listen on, 0 for a free one (ZOO_PORT)')
    .action(
      onServer<[], ServerFlags>(async (output, _args, flags) => {
        const { serveZoo } = await import('../commands/serve.js');
        await serveZoo(output, flags);
      }),
    );
  withServerFlags(
    program.command('worker').description('run a worker: it takes jobs from the database'),
  ).action(
    onServer<[], ServerFlags>(async (output, _args, flags) => {
      const { worker } = await import('../commands/worker.js');
      await worker(output, flags);
    }),
  );
  withServerFlags(
    program.command('migrate').description('bring the database schema up to date, or look at it'),
  )
    .addArgument(new Argument('[action]', 'what to do').choices(['up', 'down', 'status']).default('up'))
    .option('--steps <count>', 'migrations that `down` takes back', wholeNumber, 1)
    .action(
      onServer<['up' | 'down' | 'status'], ServerFlags & { steps: number }>(
        async (output, [action], flags) => {
          const { migrate } = await import('../commands/migrate.js');
          await migrate(output, action, flags);
        },
      ),
    );
  withServerFlags(program.command('doctor').description('check what a server needs on this machine')).action(
    onServer<[], ServerFlags>(async (output, _args, flags) => {
      const { doctor } = await import('../commands/doctor.js');
      await doctor(output, flags);
    }),
  );
  withServerFlags(
    program.command('demo').description('adapt a pretrained network to real pictures, start to end'),
  )
    .option('--port <port>', 'port to listen on; by default 4000, or a free one when it is taken')
    .option('--exit', 'stop the server at the end instead of keeping it running')
    .action(
      onServer<[], DemoFlags>(async (output, _args, flags) => {
        const { demo } = await import('../commands/demo.js');
        await demo(output, flags);
      }),
    );
}
